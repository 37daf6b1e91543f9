//! Cuts a program's output into lines of bounded length, at `\n` and at `\r` alike.

/// A longer line is handed on in pieces.
const LONGEST: usize = 16 << 10;

/// What has come of a line so far. Empty lines are dropped, so that `\r\n` is one end.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    pub(super) fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(String)) {
        let mut pieces = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).peekable();
        while let Some(piece) = pieces.next() {
            for part in piece.chunks(LONGEST) {
                if self.begun.len() + part.len() > LONGEST {
                    self.finish(emit);
                }
                self.begun.extend_from_slice(part);
            }
            if pieces.peek().is_some() {
                self.finish(emit);
            }
        }
    }

    /// Hands on what has come without an end.
    pub(super) fn finish(&mut self, emit: &mut dyn FnMut(String)) {
        if !self.begun.is_empty() {
            emit(String::from_utf8_lossy(&self.begun).into_owned());
            self.begun.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&str]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk.as_bytes(), &mut |line| found.push(line));
        }
        lines.finish(&mut |line| found.push(line));
        found
    }

    #[test]
    fn lines_end_at_either_sign_and_across_chunks() {
        assert_eq!(split(&["a\nb\r", "\nc", "d\re\n"]), ["a", "b", "cd", "e"]);
        assert_eq!(split(&["", "\n\n", "x"]), ["x"]);
    }

    #[test]
    fn a_sign_of_several_bytes_survives_the_seam_of_two_chunks() {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        lines.push(&[0xc3], &mut |line| found.push(line));
        lines.push(&[0xa9, b'\n'], &mut |line| found.push(line));
        assert_eq!(found, ["é"]);
    }

    #[test]
    fn a_line_without_end_is_handed_on_in_pieces() {
        let found = split(&[&"x".repeat(40 << 10)]);
        assert_eq!(
            found.iter().map(String::len).collect::<Vec<_>>(),
            [16 << 10, 16 << 10, 8 << 10]
        );
    }
}
