//! Where a chunked body ends (RFC 9112, 7.1). It is as strict as hyper or stricter, so that both see the same end.

/// The most bytes of a line that is no data: extensions of a chunk, or all trailers together.
const MAX_LINE_BYTES: usize = 4 * 1024;

/// What the next byte of a chunked body must be.
#[derive(Debug)]
enum Next {
    /// Of the size: these many digits were read.
    Size {
        digits: u8,
    },
    /// Of what may stand after the size.
    Extension,
    /// The end of the line of the size.
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// Of a trailer, or the end of the empty line after the last one.
    Trailer {
        line_bytes: usize,
    },
    TrailerLf {
        line_bytes: usize,
    },
}

/// The place in a chunked body.
#[derive(Debug)]
pub(super) struct Chunks {
    next: Next,
    /// The size of the chunk, and then what is left of it.
    left: u64,
    /// Bytes of extensions and trailers so far.
    extra: usize,
}

impl Default for Chunks {
    fn default() -> Self {
        Self { next: Next::Size { digits: 0 }, left: 0, extra: 0 }
    }
}

impl Chunks {
    /// Reads up to the end of the body or of the bytes. Returns how many it read and whether the body ends there.
    /// `None` if the chunks break their grammar.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Option<(usize, bool)> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if matches!(self.next, Next::Data) {
                let read = (bytes.len() - at).min(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.left -= read as u64;
                at += read;
                if self.left == 0 {
                    self.next = Next::DataCr;
                }
                continue;
            }
            at += 1;
            if self.step(*byte)? {
                return Some((at, true));
            }
        }
        Some((at, false))
    }

    /// Reads one byte that is no data, and returns whether it is the last of the body.
    fn step(&mut self, byte: u8) -> Option<bool> {
        self.next = match (&self.next, byte) {
            (Next::Size { digits }, _) if byte.is_ascii_hexdigit() => {
                // 16 digits fill the number. hyper bounds the number, and not the digits.
                let digit = char::from(byte).to_digit(16)?;
                self.left = self.left.checked_mul(16)?.checked_add(digit.into())?;
                Next::Size { digits: digits.checked_add(1).filter(|digits| *digits <= 16)? }
            }
            (Next::Size { digits: 1.. }, b';' | b' ' | b'\t') => Next::Extension,
            (Next::Size { digits: 1.. } | Next::Extension, b'\r') => Next::SizeLf,
            (Next::Extension, byte) if byte != b'\n' => {
                self.count_extra()?;
                Next::Extension
            }
            (Next::SizeLf, b'\n') if self.left == 0 => Next::Trailer { line_bytes: 0 },
            (Next::SizeLf, b'\n') => Next::Data,
            (Next::DataCr, b'\r') => Next::DataLf,
            (Next::DataLf, b'\n') => Next::Size { digits: 0 },
            (Next::Trailer { line_bytes }, b'\r') => Next::TrailerLf { line_bytes: *line_bytes },
            (Next::Trailer { line_bytes }, byte) if byte != b'\n' => {
                let line_bytes = line_bytes + 1;
                self.count_extra()?;
                Next::Trailer { line_bytes }
            }
            (Next::TrailerLf { line_bytes: 0 }, b'\n') => return Some(true),
            (Next::TrailerLf { .. }, b'\n') => Next::Trailer { line_bytes: 0 },
            _ => return None,
        };
        Some(false)
    }

    fn count_extra(&mut self) -> Option<()> {
        self.extra += 1;
        (self.extra <= MAX_LINE_BYTES).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;

    #[test]
    fn a_body_ends_after_its_last_line_however_it_is_cut() {
        for body in [
            "0\r\n\r\n",
            "d\r\n{\"name\": \"n\"}\r\n0\r\n\r\n",
            "000D;x\r\n{\"name\": \"n\"}\r\n2\r\n\r\n\r\n0\r\nx: y\r\nz: 1\r\n\r\n",
            "1 ;a=\"b\"\r\nx\r\n0000000000000000\r\n\r\n",
        ] {
            let sent = format!("{body}GET / HTTP/1.1");
            for cut in 0..=sent.len() {
                let mut chunks = Chunks::default();
                let (first, ended) = chunks.pass(&sent.as_bytes()[..cut]).unwrap();
                let end = if ended { first } else { cut + chunks.pass(&sent.as_bytes()[cut..]).unwrap().0 };
                assert_eq!(end, body.len(), "{body:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_breaks_the_grammar_of_chunks_is_noticed() {
        let long = format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(5_000));
        for body in [
            "xyz\r\n",
            "\r\n",
            ";\r\n",
            "-2\r\n",
            "+2\r\n",
            "0x2\r\n",
            "2\n{}\r\n",
            "2\r{}",
            "2\r\n{}X\r\n",
            "2\r\n{}\n0\r\n\r\n",
            "0\r\n\n",
            "0\r\nx: y\n\r\n",
            "1;a\nb\r\n",
            "fffffffffffffffff\r\n",
            "00000000000000001\r\nx",
            &long,
        ] {
            assert_eq!(Chunks::default().pass(body.as_bytes()), None, "{body:?}");
        }
    }
}
