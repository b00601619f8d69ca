//! Hides the exact length of a secret value.
//!
//! ```text
//! padded = value | zero bytes | length of value (4, big-endian)
//! ```
//!
//! The padded length is the smallest of 32, 64, 128, 256, 512, 1024 that fits, then a multiple of 1
//! KiB. The length stands at the end so that taking the padding off is a truncation and never moves
//! the value in memory.

use zeroize::Zeroizing;

use crate::seal::OpenError;

const LENGTH_FIELD: usize = 4;
const SMALLEST: usize = 32;
const STEP: usize = 1024;

/// What follows the value: zero bytes and the length field, at most one step long.
pub(crate) struct Padding {
    bytes: [u8; STEP + LENGTH_FIELD],
    start: usize,
}

impl Padding {
    /// Padding for a value of `length` bytes, or `None` above 4 GiB.
    pub(crate) fn new(length: usize) -> Option<Self> {
        let field = u32::try_from(length).ok()?.to_be_bytes();
        let amount = padded_length(length).checked_sub(length)?;
        let mut bytes = [0; STEP + LENGTH_FIELD];
        *bytes.last_chunk_mut()? = field;
        let start = bytes.len().checked_sub(amount)?;
        Some(Self { bytes, start })
    }

    /// The bytes to put behind the value.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// Takes the padding off in place.
pub(crate) fn remove(padded: &mut Zeroizing<Vec<u8>>) -> Result<(), OpenError> {
    let (body, field) = padded
        .split_last_chunk::<LENGTH_FIELD>()
        .ok_or(OpenError::Malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*field)).map_err(|_| OpenError::Malformed)?;
    let filler = body.get(length..).ok_or(OpenError::Malformed)?;
    // One encoding per value: whoever could write another has the key, but a strict reader keeps
    // the format closed.
    if padded.len() != padded_length(length) || filler.iter().any(|byte| *byte != 0) {
        return Err(OpenError::Malformed);
    }
    padded.truncate(length);
    Ok(())
}

/// Length of a value of `length` bytes with its padding.
fn padded_length(length: usize) -> usize {
    let needed = length.saturating_add(LENGTH_FIELD);
    if needed <= STEP {
        needed.next_power_of_two().max(SMALLEST)
    } else {
        needed.next_multiple_of(STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_round_trips_within_the_announced_sizes() {
        for length in (0..=4200).chain([65_532, 65_533, 1 << 20]) {
            let value = vec![0xa5; length];
            let padding = Padding::new(length).unwrap();
            let mut padded = Zeroizing::new([&value, padding.as_bytes()].concat());
            let size = padded.len();
            assert!(size >= length + LENGTH_FIELD);
            assert!(
                [32, 64, 128, 256, 512].contains(&size) || size % 1024 == 0,
                "{length} became {size}"
            );
            remove(&mut padded).unwrap();
            assert_eq!(*padded, value);
        }
    }

    #[test]
    fn malformed_padding_is_refused() {
        let good = [b"value".as_slice(), Padding::new(5).unwrap().as_bytes()].concat();
        let longer_than_content = [&good[..28], &29u32.to_be_bytes()].concat();
        let filler_not_zero = [&good[..10], &[1], &good[11..]].concat();
        let not_the_smallest_size = [b"value".as_slice(), &[0; 55], &5u32.to_be_bytes()].concat();
        for bad in [
            vec![],
            vec![0; 3],
            longer_than_content,
            filler_not_zero,
            not_the_smallest_size,
        ] {
            assert_eq!(remove(&mut Zeroizing::new(bad)), Err(OpenError::Malformed));
        }
        assert!(remove(&mut Zeroizing::new(good)).is_ok());
    }
}
