//! The two streams of a program over one connection: frames of a kind, a length and bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

/// What a frame holds at most.
const LARGEST_FRAME: usize = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// How both streams share the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Frames,
    /// A terminal has one stream, as it is.
    Terminal,
}

impl Framing {
    pub(super) fn of(tty: bool) -> Self {
        if tty { Self::Terminal } else { Self::Frames }
    }

    pub(super) fn frame(self, stream: Stream, bytes: &[u8]) -> Bytes {
        let mut frame = BytesMut::with_capacity(8 + bytes.len());
        if self == Self::Frames {
            let kind = match stream {
                Stream::Stdout => 1,
                Stream::Stderr => 2,
            };
            frame.put_slice(&[kind, 0, 0, 0]);
            frame.put_u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
        frame.put_slice(bytes);
        frame.freeze()
    }
}

/// What a program sees of its client: it reads what was typed, and writes to standard output.
pub(super) struct Stdio<Io> {
    io: Io,
    framing: Framing,
    /// Framed and not yet sent.
    pending: Bytes,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Stdio<Io> {
    pub(super) fn new(io: Io, framing: Framing) -> Self {
        Self { io, framing, pending: Bytes::new() }
    }

    /// Writes to either stream.
    pub(super) async fn print(&mut self, stream: Stream, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.flush().await?;
        let text = match self.framing {
            Framing::Frames => text.to_owned(),
            Framing::Terminal => text.replace('\n', "\r\n"),
        };
        self.io.write_all(&self.framing.frame(stream, text.as_bytes())).await?;
        self.io.flush().await
    }

    fn poll_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let sent = ready!(Pin::new(&mut self.io).poll_write(context, &self.pending))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            drop(self.pending.split_to(sent));
        }
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Stdio<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stdio<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(context))?;
        let part = bytes.get(..LARGEST_FRAME).unwrap_or(bytes);
        self.pending = self.framing.frame(Stream::Stdout, part);
        match self.poll_pending(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What is pending is sent with the next write or flush.
            _ => Poll::Ready(Ok(part.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn output_is_framed_whatever_the_connection_takes_at_once() {
        let (near, mut far) = tokio::io::duplex(5);
        let sent = vec![9; 100_000];
        let write = async {
            let mut stdio = Stdio::new(near, Framing::Frames);
            stdio.write_all(&sent).await.unwrap();
            stdio.print(Stream::Stderr, "no\n").await.unwrap();
            stdio.shutdown().await.unwrap();
        };
        let read = async {
            let (mut kinds, mut received) = (Vec::new(), Vec::new());
            while let Ok(header) = far.read_u64().await {
                kinds.push(header >> 56);
                let mut frame = vec![0; usize::try_from(header & 0xffff_ffff).unwrap()];
                far.read_exact(&mut frame).await.unwrap();
                received.extend(frame);
            }
            (kinds, received)
        };
        let ((), (kinds, received)) = tokio::join!(write, read);
        assert_eq!(kinds, [1, 1, 2]);
        assert_eq!(received, [sent.as_slice(), b"no\n"].concat());
    }
}
