//! A shell that somebody types into.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, BufReader};

use crate::demo::docker::shell::{Outcome, Surroundings};
use crate::demo::docker::stream::{Stdio, Stream};

const PROMPT: &str = "# ";
/// What a line may hold.
const LONGEST: usize = 4096;

/// Reads lines from a terminal, which shows what is typed only when it is told to.
pub(super) async fn type_into(
    stdio: &mut Stdio<impl AsyncRead + AsyncWrite + Unpin>,
    surroundings: &Surroundings,
) -> io::Result<i32> {
    let (mut line, mut code) = (String::new(), 0);
    stdio.print(Stream::Stdout, PROMPT).await?;
    loop {
        let mut typed = [0; 256];
        let count = stdio.read(&mut typed).await?;
        if count == 0 {
            return Ok(code);
        }
        for byte in typed.iter().take(count) {
            match byte {
                b'\r' | b'\n' => {
                    stdio.print(Stream::Stdout, "\n").await?;
                    if let Some(exit) = exit_code(&line, code) {
                        return Ok(exit);
                    }
                    code = run(stdio, surroundings, &line).await?;
                    line.clear();
                    stdio.print(Stream::Stdout, PROMPT).await?;
                }
                // Ctrl-C drops the line, Ctrl-D ends the shell.
                3 => {
                    line.clear();
                    stdio.print(Stream::Stdout, "^C\n# ").await?;
                }
                4 if line.is_empty() => {
                    stdio.print(Stream::Stdout, "\n").await?;
                    return Ok(code);
                }
                8 | 127 if line.pop().is_some() => {
                    stdio.print(Stream::Stdout, "\u{8} \u{8}").await?;
                }
                32..=126 if line.len() < LONGEST => {
                    line.push(char::from(*byte));
                    stdio.print(Stream::Stdout, char::from(*byte).encode_utf8(&mut [0; 4])).await?;
                }
                _ => {}
            }
        }
    }
}

/// Runs what comes, line by line, until there is no more.
pub(super) async fn read_from(
    stdio: &mut Stdio<impl AsyncRead + AsyncWrite + Unpin>,
    surroundings: &Surroundings,
) -> io::Result<i32> {
    let (mut lines, mut code) = (BufReader::new(stdio), 0);
    loop {
        let mut line = String::new();
        let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
        if (&mut lines).take(limit).read_line(&mut line).await? == 0 {
            return Ok(code);
        }
        if let Some(exit) = exit_code(&line, code) {
            return Ok(exit);
        }
        code = run(lines.get_mut(), surroundings, &line).await?;
    }
}

async fn run(
    stdio: &mut Stdio<impl AsyncRead + AsyncWrite + Unpin>,
    surroundings: &Surroundings,
    line: &str,
) -> io::Result<i32> {
    let Outcome { stdout, stderr, code, .. } = surroundings.run_line(line.trim_end()).await;
    stdio.print(Stream::Stdout, &stdout).await?;
    stdio.print(Stream::Stderr, &stderr).await?;
    Ok(code)
}

fn exit_code(line: &str, last: i32) -> Option<i32> {
    let mut words = line.split_whitespace();
    (words.next() == Some("exit"))
        .then(|| words.next().and_then(|code| code.parse().ok()).unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::demo::docker::stream::Framing;

    #[tokio::test]
    async fn a_typed_line_is_shown_and_run() {
        let (near, mut far) = tokio::io::duplex(4096);
        far.write_all(b"echo hix\x7f\rmongo\rexit 3\r").await.unwrap();
        let mut stdio = Stdio::new(near, Framing::Terminal);
        let code = type_into(&mut stdio, &Surroundings::default()).await.unwrap();
        drop(stdio);
        let mut shown = String::new();
        far.read_to_string(&mut shown).await.unwrap();
        assert_eq!(code, 3);
        assert_eq!(
            shown,
            "# echo hix\u{8} \u{8}\r\nhi\r\n# mongo\r\nsh: 1: mongo: not found\r\n# exit 3\r\n"
        );
    }

    #[tokio::test]
    async fn lines_from_a_pipe_are_run_until_it_ends() {
        let (near, mut far) = tokio::io::duplex(4096);
        far.write_all(b"echo a\nfalse\n").await.unwrap();
        far.shutdown().await.unwrap();
        let mut stdio = Stdio::new(near, Framing::Terminal);
        assert_eq!(read_from(&mut stdio, &Surroundings::default()).await.unwrap(), 1);
    }
}
