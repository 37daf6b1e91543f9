//! Runs programs inside the sandbox: to their end, or line by line.

use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::{Stream, TryStreamExt};
use tokio::io::AsyncWrite;

use crate::adapters::docker::Docker;
use crate::adapters::docker::lines::Lines;
use crate::adapters::docker::refusal::{Meaning, meaning, one_line, refused};
use crate::adapters::error::AdapterError;
use crate::adapters::sandbox::Sandbox;
use crate::domain::failure::FailureKind;

/// How much of each stream [`Docker::run`] keeps.
const KEPT: usize = 256 << 10;

/// What a program that has ended left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub code: i64,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Whether these are the engine's words about a program that it could not start; some engines
    /// hand them on as if the program had written them.
    fn never_began(&self) -> bool {
        matches!(self.code, 126 | 127) && self.stdout.starts_with("OCI runtime")
    }
}

/// One line that a program wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    pub stream: OutputStream,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    Stdout,
    Stderr,
}

pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;
pub(super) type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// A program that runs inside the sandbox, attached to us.
pub(super) struct Attached {
    pub(super) id: String,
    pub(super) frames: Frames,
    pub(super) input: Input,
}

/// Whether a program reads what we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stdin {
    Closed,
    Open,
}

impl Docker {
    /// Runs a program to its end and keeps the beginning of what it wrote.
    pub async fn run(&self, sandbox: &Sandbox, argv: &[&str]) -> Result<Output, AdapterError> {
        let mut attached = self.attach(sandbox, argv, Stdin::Closed).await?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while let Some((stream, bytes)) = attached.next(sandbox).await? {
            let kept = match stream {
                OutputStream::Stdout => &mut stdout,
                OutputStream::Stderr => &mut stderr,
            };
            let room = KEPT - kept.len();
            kept.extend(bytes.into_iter().take(room));
        }
        let code = self.exit_code(sandbox, &attached.id).await?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let output = Output { code, stdout: text(stdout), stderr: text(stderr) };
        if output.never_began() {
            return Err(outside_frames(&output.stdout, sandbox.name()));
        }
        Ok(output)
    }

    /// Runs a program, hands on each line as it comes, and returns the exit code. The program goes
    /// on when the future is dropped: only the sandbox's removal ends it then.
    pub async fn stream(
        &self,
        sandbox: &Sandbox,
        argv: &[&str],
        observe: &mut (dyn FnMut(OutputLine) + Send),
    ) -> Result<i64, AdapterError> {
        let mut attached = self.attach(sandbox, argv, Stdin::Closed).await?;
        let (mut stdout, mut stderr) = (Lines::default(), Lines::default());
        while let Some((stream, bytes)) = attached.next(sandbox).await? {
            let lines = match stream {
                OutputStream::Stdout => &mut stdout,
                OutputStream::Stderr => &mut stderr,
            };
            lines.push(&bytes, &mut |text| observe(OutputLine { stream, text }));
        }
        stdout.finish(&mut |text| observe(OutputLine { stream: OutputStream::Stdout, text }));
        stderr.finish(&mut |text| observe(OutputLine { stream: OutputStream::Stderr, text }));
        self.exit_code(sandbox, &attached.id).await
    }

    pub(super) async fn attach(
        &self,
        sandbox: &Sandbox,
        argv: &[&str],
        stdin: Stdin,
    ) -> Result<Attached, AdapterError> {
        /// What one read may bring: the engine's frames are 32 KiB at most.
        const CAPACITY: usize = 64 << 10;
        let told = |error| refused("running a program in", sandbox.name(), error);
        let options = CreateExecOptions {
            attach_stdin: Some(stdin == Stdin::Open),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(argv.to_vec()),
            ..CreateExecOptions::default()
        };
        let id = self.client.create_exec(sandbox.name(), options).await.map_err(told)?.id;
        let options =
            StartExecOptions { output_capacity: Some(CAPACITY), ..StartExecOptions::default() };
        match self.client.start_exec(&id, Some(options)).await.map_err(told)? {
            StartExecResults::Attached { output, input } => {
                Ok(Attached { id, frames: output, input })
            }
            StartExecResults::Detached => Err(Meaning::new(
                FailureKind::Unexpected,
                "the engine did not attach us",
            )
            .of("running a program in", sandbox.name(), None)),
        }
    }

    async fn exit_code(&self, sandbox: &Sandbox, exec: &str) -> Result<i64, AdapterError> {
        // The streams end a moment before the engine has noted the code.
        const TRIES: u32 = 40;
        const PAUSE: Duration = Duration::from_millis(50);
        for _ in 0..TRIES {
            let found = self.client.inspect_exec(exec).await;
            let found = found
                .map_err(|error| refused("asking for an exit code in", sandbox.name(), error))?;
            if let (Some(false), Some(code)) = (found.running, found.exit_code) {
                return Ok(code);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Meaning::new(FailureKind::TimedOut, "the program's output ended, but not the program")
            .of("asking for an exit code in", sandbox.name(), None))
    }
}

impl Attached {
    /// The next bytes; `None` at the end.
    async fn next(
        &mut self,
        sandbox: &Sandbox,
    ) -> Result<Option<(OutputStream, bytes::Bytes)>, AdapterError> {
        next_bytes(&mut self.frames, sandbox.name()).await
    }
}

pub(super) async fn next_bytes(
    frames: &mut Frames,
    name: &str,
) -> Result<Option<(OutputStream, bytes::Bytes)>, AdapterError> {
    let operation = "reading a program's output in";
    match frames.try_next().await.map_err(|error| refused(operation, name, error))? {
        None => Ok(None),
        Some(LogOutput::StdOut { message }) => Ok(Some((OutputStream::Stdout, message))),
        Some(LogOutput::StdErr { message }) => Ok(Some((OutputStream::Stderr, message))),
        // Bytes outside any frame: the engine's own words instead of the program's, or a torn frame.
        Some(LogOutput::Console { message } | LogOutput::StdIn { message }) => {
            Err(outside_frames(&String::from_utf8_lossy(&message), name))
        }
    }
}

fn outside_frames(text: &str, name: &str) -> AdapterError {
    let said = Error::DockerStreamError { error: one_line(text) };
    let meaning = if text.contains("OCI runtime") || text.contains("exec") {
        meaning(&said)
    } else {
        Meaning::new(FailureKind::Unreachable, "the program's output broke off")
    };
    meaning.of("running a program in", name, Some(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_the_image_lacks_is_told_from_a_torn_frame() {
        let lacks = outside_frames(
            "OCI runtime exec failed: exec failed: exec: \"sh\": executable file not found in $PATH: unknown\r\n",
            "x",
        );
        assert_eq!(lacks.kind, FailureKind::Missing);
        assert!(lacks.reason.contains("lacks the program"), "{lacks}");
        let torn = outside_frames("\u{8}\u{9}rest of something", "x");
        assert_eq!(torn.kind, FailureKind::Unreachable);
    }
}
