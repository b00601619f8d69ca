//! Multi-row statements of fixed sizes. A batch of any size is cut into chunks of 1, 2, 4 … 128
//! rows, so that each text is prepared once and reused; the texts are built from constants only.

use std::sync::LazyLock;

/// Sizes of the prepared texts, largest first.
const SIZES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

/// The texts of one statement, one for each size.
pub(crate) struct Rows {
    texts: LazyLock<[&'static str; 8], Box<dyn FnOnce() -> [&'static str; 8] + Send>>,
}

impl Rows {
    /// `head` + `($1, $2, …), (…)` + `tail`, with `columns` parameters in each row.
    pub(crate) fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        let build: Box<dyn FnOnce() -> [&'static str; 8] + Send> =
            Box::new(move || SIZES.map(|size| text(head, columns, tail, size)));
        Self {
            texts: LazyLock::new(build),
        }
    }

    /// Cuts `items` into chunks, each with the text for its size.
    pub(crate) fn chunks<'a, T>(&self, items: &'a [T]) -> Vec<(&'static str, &'a [T])> {
        let mut chunks = Vec::with_capacity(4);
        let mut rest = items;
        for (size, sql) in SIZES.iter().zip(self.texts.iter()) {
            while let Some((chunk, tail)) = rest.split_at_checked(*size) {
                chunks.push((*sql, chunk));
                rest = tail;
            }
        }
        chunks
    }

    /// Like [`Self::chunks`] for statements where a repeated row does no harm: up to 128 items are
    /// one statement, filled up by repeating the last item.
    pub(crate) fn padded<T: Copy>(&self, items: &[T]) -> Vec<(&'static str, Vec<T>)> {
        let mut chunks = Vec::with_capacity(1);
        for chunk in items.chunks(SIZES[0]) {
            let fitting = SIZES
                .iter()
                .zip(self.texts.iter())
                .rev()
                .find(|(size, _)| **size >= chunk.len());
            if let (Some((size, sql)), Some(last)) = (fitting, chunk.last()) {
                let mut rows = chunk.to_vec();
                rows.resize(*size, *last);
                chunks.push((*sql, rows));
            }
        }
        chunks
    }
}

fn text(head: &str, columns: usize, tail: &str, rows: usize) -> &'static str {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * columns * 6);
    sql.push_str(head);
    for row in 0..rows {
        sql.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                sql.push_str(", ");
            }
            sql.push('$');
            sql.push_str(&(row * columns + column + 1).to_string());
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    // Eight texts for each of a handful of statements, made once for the life of the process.
    Box::leak(sql.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_item_once_in_order() {
        let rows = Rows::new("INSERT INTO t VALUES", 2, "RETURNING a");
        for count in [0_usize, 1, 2, 3, 37, 127, 128, 129, 300] {
            let items: Vec<usize> = (0..count).collect();
            let chunks = rows.chunks(&items);
            let joined: Vec<usize> = chunks
                .iter()
                .flat_map(|(_, chunk)| chunk.iter().copied())
                .collect();
            assert_eq!(joined, items);
        }
    }

    #[test]
    fn padding_repeats_the_last_item() {
        let rows = Rows::new("WITH want AS (VALUES", 1, ")");
        let chunks = rows.padded(&[1, 2, 3]);
        assert_eq!(chunks.len(), 1);
        assert_eq!(chunks[0].1, vec![1, 2, 3, 3]);
        assert!(rows.padded::<u8>(&[]).is_empty());
        let sizes: Vec<usize> = rows
            .padded(&[7; 200])
            .iter()
            .map(|(_, rows)| rows.len())
            .collect();
        assert_eq!(sizes, vec![128, 128]);
    }

    #[test]
    fn texts_number_their_parameters_through() {
        assert_eq!(
            text("INSERT INTO t VALUES", 2, "RETURNING a", 2),
            "INSERT INTO t VALUES ($1, $2), ($3, $4) RETURNING a"
        );
    }
}
