//! A bad line to the storage: it can hold what comes, let it go on, and cut.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use crate::parts::PATIENCE;

#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    valve: Arc<Valve>,
}

#[derive(Debug, Default)]
struct Valve {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Bytes that have come from the storage and gone on.
    passed: u64,
    /// No more than so many may on one connection.
    limit: u64,
    /// Connections that wait for more room.
    held: usize,
    /// Grows with each cut; connections of before end.
    era: u32,
    open: Vec<TcpStream>,
}

impl Default for State {
    fn default() -> Self {
        Self { passed: 0, limit: u64::MAX, held: 0, era: 0, open: Vec::new() }
    }
}

impl Proxy {
    pub fn to(storage: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let valve = Arc::new(Valve::default());
        let shared = Arc::clone(&valve);
        // It listens until the test program ends, and is told nothing more after its test.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(storage) else { continue };
                shared.connect(client, server);
            }
        });
        Self { address, valve }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets so many bytes through on each connection, and then holds it.
    pub fn hold_after(&self, bytes: u64) {
        self.valve.lock().limit = bytes;
    }

    /// Waits until something is held.
    pub fn wait_until_held(&self) {
        let waiting = self
            .valve
            .changed
            .wait_timeout_while(self.valve.lock(), PATIENCE, |state| state.held == 0);
        assert!(!waiting.unwrap().1.timed_out(), "nothing was held");
    }

    /// Holds nothing any more.
    pub fn open(&self) {
        self.valve.lock().limit = u64::MAX;
        self.valve.changed.notify_all();
    }

    /// Ends all connections; new ones are welcome.
    pub fn cut(&self) {
        let mut state = self.valve.lock();
        state.era += 1;
        for connection in state.open.drain(..) {
            connection.shutdown(Shutdown::Both).ok();
        }
        drop(state);
        self.valve.changed.notify_all();
    }

    /// Bytes that have come from the storage and gone on.
    pub fn passed(&self) -> u64 {
        self.valve.lock().passed
    }
}

impl Valve {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn connect(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        let era = {
            let mut state = self.lock();
            state.open.extend([&client, &server].map(|side| side.try_clone().unwrap()));
            state.era
        };
        let (mut from_client, mut to_server) =
            (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || {
            std::io::copy(&mut from_client, &mut to_server).ok();
            to_server.shutdown(Shutdown::Write).ok();
        });
        let valve = Arc::clone(self);
        thread::spawn(move || {
            valve.pass(era, server, &client);
            client.shutdown(Shutdown::Both).ok();
        });
    }

    fn pass(&self, era: u32, mut server: TcpStream, mut client: &TcpStream) {
        let mut chunk = [0; 4096];
        let mut passed = 0;
        while let Ok(count @ 1..) = server.read(&mut chunk) {
            passed += count as u64;
            let mut state = self.lock();
            while state.era == era && passed > state.limit {
                state.held += 1;
                self.changed.notify_all();
                state = self.changed.wait(state).unwrap();
                state.held -= 1;
            }
            if state.era != era {
                return;
            }
            state.passed += count as u64;
            drop(state);
            if client.write_all(&chunk[..count]).is_err() {
                return;
            }
        }
    }
}
