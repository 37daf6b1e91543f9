//! A byte stream to the server inside the sandbox, through a program that we run there.

use bytes::Bytes;

use crate::adapters::docker::Docker;
use crate::adapters::docker::exec::{Frames, Input, OutputStream, Stdin, next_bytes};
use crate::adapters::docker::refusal::{Meaning, lacks_program, official_image};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::FailureKind;
use crate::drill::recipe;

/// Copies both ways and ends when either side ends, leaving no process behind: `wait -n` sees
/// whichever copy ends first. The reading `cat` of a shell's background job has no standard input
/// of its own, hence `<&0`.
fn script(port: u16) -> String {
    format!(
        "exec 3<>/dev/tcp/127.0.0.1/{port} || exit 7; \
         cat <&3 & a=$!; cat <&0 >&3 & b=$!; wait -n; kill $a $b 2>/dev/null; wait"
    )
}

/// How much of the script's complaints is kept.
const COMPLAINTS: usize = 4 << 10;

/// One connection to the server in the sandbox. Dropping both halves ends it on the other side too.
pub struct Tunnel {
    pub output: TunnelOutput,
    /// What is written here goes to the server; closing it ends the connection.
    pub input: Input,
}

/// What the server sends.
pub struct TunnelOutput {
    frames: Frames,
    name: String,
    complaints: Vec<u8>,
}

impl TunnelOutput {
    /// The next bytes from the server; `None` when the connection has ended.
    pub async fn next(&mut self) -> Result<Option<Bytes>, AdapterError> {
        loop {
            match next_bytes(&mut self.frames, &self.name).await? {
                None => return Ok(None),
                Some((OutputStream::Stdout, bytes)) => return Ok(Some(bytes)),
                Some((OutputStream::Stderr, bytes)) => {
                    let room = COMPLAINTS.saturating_sub(self.complaints.len());
                    self.complaints.extend(bytes.into_iter().take(room));
                }
            }
        }
    }

    /// What the script said; empty when all went well.
    pub fn complaints(&self) -> String {
        String::from_utf8_lossy(&self.complaints).trim().to_owned()
    }
}

impl Docker {
    pub async fn tunnel(&self, sandbox: &Sandbox) -> Result<Tunnel, AdapterError> {
        let script = script(recipe::server(sandbox.database()).port);
        let attached = self.attach(sandbox, &["bash", "-c", &script], Stdin::Open).await?;
        let name = sandbox.name().to_owned();
        let output = TunnelOutput { frames: attached.frames, name, complaints: Vec::new() };
        Ok(Tunnel { output, input: attached.input })
    }

    /// Fails when the image lacks what a tunnel needs.
    pub async fn check_tunnel(&self, sandbox: &Sandbox) -> Result<(), AdapterError> {
        let lacks = || {
            Meaning::new(
                FailureKind::Missing,
                "this image cannot be relayed: it has no bash and cat",
            )
            .advise(official_image(sandbox.database()))
            .of("reaching the server in", sandbox.name(), None)
        };
        match self.run(sandbox, &["bash", "-c", "type -P cat"]).await {
            Ok(output) if output.code == 0 => Ok(()),
            Ok(_) => Err(lacks()),
            Err(error) if lacks_program(&error) => Err(lacks()),
            Err(error) => Err(error),
        }
    }
}
