//! An S3 server that is not ours: moto. Filled without the SDK that the program uses.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::parts::{Server, free_address, program};

/// Without a word of who writes, an object cannot be written over; the signature is not looked at.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                      SignedHeaders=host, Signature=0";

#[derive(Debug)]
pub struct Storage {
    server: Server,
}

impl Storage {
    pub fn start() -> Result<Self, String> {
        Self::start_with(&[])
    }

    /// A storage that knows nobody: every request is refused.
    pub fn that_trusts_nobody() -> Result<Self, String> {
        Self::start_with(&[("INITIAL_NO_AUTH_ACTION_COUNT", "0")])
    }

    fn start_with(variables: &[(&str, &str)]) -> Result<Self, String> {
        let address = free_address();
        let mut moto = Command::new(program("LIFEBOAT_E2E_VENV", "bin/moto_server")?);
        moto.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        moto.envs(variables.iter().copied());
        Ok(Self { server: Server::start(&moto, address) })
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn create_bucket(&self, bucket: &str) {
        self.write(bucket, &[]);
    }

    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        self.write(&format!("{bucket}/{key}"), bytes);
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let mut connection = TcpStream::connect(self.server.address).unwrap();
        let (host, length) = (self.server.address, bytes.len());
        let head = format!(
            "PUT /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {SIGNED}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(bytes).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "PUT {path}: {answer}");
    }
}
