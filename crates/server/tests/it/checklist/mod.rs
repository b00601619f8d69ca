//! Behaviours that published clients rely on, one test for each line of the list we keep of them.

mod data;
mod factors;
mod org;
mod outbound;
mod people;
mod risk;
mod tokens;
mod transport;

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_line_has_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/checklist");
    let mut seen = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for name in text.split("async fn line_").skip(1) {
            let name = name.split('(').next().unwrap_or_default();
            let numbers = name
                .split('_')
                .map_while(|word| match word {
                    "and" => Some(None),
                    number if number.len() == 2 => Some(number.parse::<u32>().ok()),
                    _ => None,
                })
                .flatten();
            seen.extend(numbers);
        }
    }
    let missing: Vec<_> = (1..=89).filter(|line| !seen.contains(line)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
