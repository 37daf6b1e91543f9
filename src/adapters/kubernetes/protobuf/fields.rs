//! The wire format of protocol buffers: fields one after the other, each behind its number.
//! <https://protobuf.dev/programming-guides/encoding/>

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(u64),
    /// A text, a message, or an entry of a map.
    Bytes(&'a [u8]),
    /// Four or eight bytes, as no field that is read has them.
    Fixed,
}

/// Why no field can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end in the middle of one, of which at least so many are missing.
    Cut(u64),
    Invalid,
}

/// Takes the field at the beginning of `bytes` off; its number and what it holds.
pub(super) fn field<'a>(bytes: &mut &'a [u8]) -> Result<(u64, Value<'a>), Broken> {
    let (number, kind) = key(bytes)?;
    let value = match kind {
        0 => Value::Number(varint(bytes)?),
        1 => split(bytes, 8).map(|_| Value::Fixed)?,
        2 => {
            let length = varint(bytes)?;
            Value::Bytes(split(bytes, length)?)
        }
        5 => split(bytes, 4).map(|_| Value::Fixed)?,
        // Groups, which the API has none of.
        _ => return Err(Broken::Invalid),
    };
    Ok((number, value))
}

/// What the field of this number holds, where it is there; the last one counts.
pub(super) fn find(mut message: &[u8], wanted: u64) -> Result<Option<&[u8]>, Broken> {
    let mut found = None;
    while !message.is_empty() {
        if let (number, Value::Bytes(bytes)) = field(&mut message)?
            && number == wanted
        {
            found = Some(bytes);
        }
    }
    Ok(found)
}

/// The number of a field, and how what it holds is written.
pub(super) fn key(bytes: &mut &[u8]) -> Result<(u64, u64), Broken> {
    let key = varint(bytes)?;
    Ok((key >> 3, key & 7))
}

/// Seven bits a byte, the lowest first; all but the last have the highest bit set.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Broken::Cut(1))?;
        *bytes = rest;
        if shift == 63 && byte > 1 {
            break;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Broken::Invalid)
}

fn split<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], Broken> {
    let missing = length.saturating_sub(bytes.len() as u64);
    let length = usize::try_from(length).map_err(|_| Broken::Invalid)?;
    let (value, rest) = bytes.split_at_checked(length).ok_or(Broken::Cut(missing))?;
    *bytes = rest;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_to_its_last_byte_and_never_beyond_64_bits() {
        for (bytes, expected) in [
            (&[0][..], Ok(0)),
            (&[0x96, 0x01], Ok(150)),
            (&[0xff; 9], Err(Broken::Cut(1))),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], Ok(u64::MAX)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], Err(Broken::Invalid)),
            (&[0xff; 11], Err(Broken::Invalid)),
        ] {
            assert_eq!(varint(&mut &*bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn fields_of_every_kind_are_passed_and_a_group_is_none() {
        let mut bytes = &[
            0x08, 0x05, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 0x02, b'h', b'i', 0x25, 1, 2, 3, 4,
            0x2b,
        ][..];
        let mut found = Vec::new();
        let end = loop {
            match field(&mut bytes) {
                Ok(field) => found.push(field),
                Err(broken) => break broken,
            }
        };
        let expected =
            [(1, Value::Number(5)), (2, Value::Fixed), (3, Value::Bytes(b"hi")), (4, Value::Fixed)];
        assert_eq!((found.as_slice(), end), (&expected[..], Broken::Invalid));
    }

    #[test]
    fn a_length_that_nothing_can_have_is_no_reason_to_stop_the_program() {
        let length = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let bytes = [&[0x0a][..], &length, b"short"].concat();
        assert_eq!(field(&mut &*bytes), Err(Broken::Cut(u64::MAX - 5)));
    }
}
