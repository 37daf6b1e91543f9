//! The live database: a Mongo-compatible server, filled by the real mongorestore and dumped by the real mongodump.

use std::path::PathBuf;
use std::process::Command;

use crate::dumps::Dump;
use crate::parts::{Server, free_address, program, run};

#[derive(Debug)]
pub struct Source {
    server: Server,
    mongodump: PathBuf,
}

impl Source {
    /// A server that holds what is in `dump`, in collections of its own.
    pub fn filled_with(dump: &Dump) -> Result<Self, String> {
        let secantus = program("LIFEBOAT_E2E_VENV", "bin/secantusd-py")?;
        let mongorestore = program("LIFEBOAT_E2E_BIN", "mongorestore")?;
        let mongodump = program("LIFEBOAT_E2E_BIN", "mongodump")?;
        let address = free_address();
        let mut secantus = Command::new(secantus);
        secantus.args(["--standalone", "--host", "127.0.0.1"]);
        secantus.args(["--port", &address.port().to_string()]);
        secantus.args(["--storage-path", "data"]);
        let source = Self { server: Server::start(&secantus, address), mongodump };

        let written = tempfile::tempdir().unwrap();
        dump.write(written.path());
        let mut restore = Command::new(mongorestore);
        restore.arg("--uri").arg(source.uri()).arg("--dir").arg(written.path());
        run(&mut restore);
        Ok(source)
    }

    pub fn uri(&self) -> String {
        format!("mongodb://{}/?directConnection=true", self.server.address)
    }

    pub fn dump(&self) -> Dump {
        let folder = tempfile::tempdir().unwrap();
        let mut dump = Command::new(&self.mongodump);
        run(dump.arg("--uri").arg(self.uri()).arg("--out").arg(folder.path()));
        Dump::read(folder.path())
    }
}
