//! Where a chunked body ends (RFC 9112, 7.1). It is as strict as hyper or stricter, so that both see the same end.

use super::head::MAX_HEADERS;

/// The most bytes of a line that is no data: extensions of a chunk, or all trailers together.
const MAX_LINE_BYTES: usize = 4 * 1024;

/// What the next byte of a chunked body must be.
#[derive(Debug)]
enum Next {
    /// Of the size: these many digits were read.
    Size {
        digits: u8,
    },
    /// Of white space after the size, or what may follow it.
    Space,
    /// Of what may stand after the size and a semicolon.
    Extension,
    /// The end of the line of the size.
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// The first of a trailer, or of the empty line after the last one.
    Trailer,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
}

/// The place in a chunked body.
#[derive(Debug)]
pub(super) struct Chunks {
    next: Next,
    /// The size of the chunk, and then what is left of it.
    left: u64,
    /// Bytes of extensions and trailers so far.
    extra: usize,
    trailers: usize,
}

impl Default for Chunks {
    fn default() -> Self {
        Self { next: Next::Size { digits: 0 }, left: 0, extra: 0, trailers: 0 }
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
            (Next::Size { digits: 1.. } | Next::Space, b' ' | b'\t') => self.count_extra(Next::Space)?,
            (Next::Size { digits: 1.. } | Next::Space, b';') => Next::Extension,
            (Next::Size { digits: 1.. } | Next::Space | Next::Extension, b'\r') => Next::SizeLf,
            (Next::Extension, byte) if byte != b'\n' => self.count_extra(Next::Extension)?,
            (Next::SizeLf, b'\n') if self.left == 0 => Next::Trailer,
            (Next::SizeLf, b'\n') => Next::Data,
            (Next::DataCr, b'\r') => Next::DataLf,
            (Next::DataLf, b'\n') => Next::Size { digits: 0 },
            (Next::Trailer, b'\r') => Next::EndLf,
            (Next::Trailer, byte) if is_token(byte) => {
                self.trailers += 1;
                if self.trailers > MAX_HEADERS {
                    return None;
                }
                self.count_extra(Next::TrailerName)?
            }
            (Next::TrailerName, b':') => Next::TrailerValue,
            (Next::TrailerName, byte) if is_token(byte) => self.count_extra(Next::TrailerName)?,
            (Next::TrailerValue, b'\r') => Next::TrailerLf,
            (Next::TrailerValue, byte) if is_text(byte) => self.count_extra(Next::TrailerValue)?,
            (Next::TrailerLf, b'\n') => Next::Trailer,
            (Next::EndLf, b'\n') => return Some(true),
            _ => return None,
        };
        Some(false)
    }

    /// Counts a byte that is no data, and goes on with `next`.
    fn count_extra(&mut self, next: Next) -> Option<Next> {
        self.extra += 1;
        (self.extra <= MAX_LINE_BYTES).then_some(next)
    }
}

/// Whether a name may contain this.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the value of a header may contain this: no control character but the tabulator.
const fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

#[cfg(test)]
mod tests;
