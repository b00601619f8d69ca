//! As much of CBOR (RFC 8949) as authenticators write: the canonical form of CTAP2, which has
//! definite lengths only, no tags, and no floating-point numbers.
//!
//! Invariants: nothing is allocated by a length that was claimed; nesting is bounded; a key of a map
//! that comes twice is an error.

/// Deepest nesting. CTAP2 allows four levels.
const MAX_DEPTH: usize = 4;

/// A value, borrowed from the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// An integer of either sign.
    Integer(i64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// A list.
    List(Vec<Value<'a>>),
    /// A map, in the order of the input.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// `false`, `true`, `null`.
    Simple(u8),
}

impl<'a> Value<'a> {
    /// Reads one value from the front; gives it and what follows.
    pub(crate) fn read(input: &'a [u8]) -> Option<(Self, &'a [u8])> {
        read(input, MAX_DEPTH)
    }

    /// The value of a text key.
    pub(crate) fn field(&self, name: &str) -> Option<&Value<'a>> {
        self.find(&Value::Text(name))
    }

    /// The value of an integer key.
    pub(crate) fn entry(&self, key: i64) -> Option<&Value<'a>> {
        self.find(&Value::Integer(key))
    }

    fn find(&self, wanted: &Value<'_>) -> Option<&Value<'a>> {
        let Value::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| value)
    }

    /// The bytes, if these are some.
    pub(crate) const fn as_bytes(&self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub(crate) const fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

fn read(input: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (first, rest) = input.split_first()?;
    let (major, additional) = (first >> 5, first & 0x1f);
    if major == 7 {
        return matches!(additional, 20..=22).then_some((Value::Simple(additional), rest));
    }
    let (argument, rest) = argument(additional, rest)?;
    match major {
        0 => Some((Value::Integer(i64::try_from(argument).ok()?), rest)),
        1 => {
            let magnitude = i64::try_from(argument).ok()?;
            Some((Value::Integer(-1 - magnitude), rest))
        }
        2 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Value::Bytes(bytes), rest))
        }
        3 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Value::Text(str::from_utf8(bytes).ok()?), rest))
        }
        4 => read_list(argument, rest, depth.checked_sub(1)?),
        5 => read_map(argument, rest, depth.checked_sub(1)?),
        _ => None,
    }
}

fn argument(additional: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    fn number<const N: usize>(rest: &[u8]) -> Option<(u64, &[u8])> {
        let (bytes, rest) = rest.split_first_chunk::<N>()?;
        let value = bytes
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte));
        Some((value, rest))
    }
    match additional {
        0..=23 => Some((u64::from(additional), rest)),
        24 => number::<1>(rest),
        25 => number::<2>(rest),
        26 => number::<4>(rest),
        27 => number::<8>(rest),
        _ => None,
    }
}

fn read_list(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let mut items = Vec::new();
    for _ in 0..count {
        let (item, after) = read(rest, depth)?;
        items.push(item);
        rest = after;
    }
    Some((Value::List(items), rest))
}

fn read_map(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let mut entries: Vec<(Value<'_>, Value<'_>)> = Vec::new();
    for _ in 0..count {
        let (key, after) = read(rest, depth)?;
        let (value, after) = read(after, depth)?;
        if entries.iter().any(|(known, _)| *known == key) {
            return None;
        }
        entries.push((key, value));
        rest = after;
    }
    Some((Value::Map(entries), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 8949, appendix A, as far as it concerns us.
    #[test]
    fn the_examples_of_the_standard() {
        for (hex, expected) in [
            ("00", Value::Integer(0)),
            ("17", Value::Integer(23)),
            ("1818", Value::Integer(24)),
            ("1903e8", Value::Integer(1000)),
            ("1a000f4240", Value::Integer(1_000_000)),
            ("1b000000e8d4a51000", Value::Integer(1_000_000_000_000)),
            ("20", Value::Integer(-1)),
            ("3903e7", Value::Integer(-1000)),
            ("f4", Value::Simple(20)),
            ("f5", Value::Simple(21)),
            ("f6", Value::Simple(22)),
            ("4401020304", Value::Bytes(&[1, 2, 3, 4])),
            ("62c3bc", Value::Text("ü")),
            (
                "83010203",
                Value::List([1, 2, 3].map(Value::Integer).to_vec()),
            ),
            (
                "a26161016162820203",
                Value::Map(vec![
                    (Value::Text("a"), Value::Integer(1)),
                    (
                        Value::Text("b"),
                        Value::List([2, 3].map(Value::Integer).to_vec()),
                    ),
                ]),
            ),
        ] {
            let input = HEXLOWER.decode(hex.as_bytes()).unwrap();
            assert_eq!(Value::read(&input), Some((expected, &[][..])), "{hex}");
        }
    }

    #[test]
    fn what_is_not_canonical_or_too_much_is_refused() {
        for hex in [
            "",                   // nothing
            "44010203",           // shorter than it says
            "5bffffffffffffffff", // far longer than anything
            "9bffffffffffffffff", // a list of more items than there are bytes in the world
            "1bffffffffffffffff", // does not fit
            "5f42010243030405ff", // indefinite length
            "c11a514b67b0",       // a tag
            "f90000",             // a floating-point number
            "62c328",             // not UTF-8
            "a2016101016102",     // one key twice
            "8181818181",         // too deep
        ] {
            let input = HEXLOWER.decode(hex.as_bytes()).unwrap();
            assert_eq!(Value::read(&input), None, "{hex}");
        }
    }
}
