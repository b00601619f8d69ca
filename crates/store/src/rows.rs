//! Multi-row statements of fixed sizes. A batch of any size is cut into chunks of those sizes, so
//! that each text is prepared once and reused; the texts are built from constants only.
//!
//! BACKEND: the texts differ in the spelling of their parameters alone. PostgreSQL knows `$1`, `$2`
//! and so on; SQLite gets plain `?`, because it looks a named parameter up in a list at every bind:
//! inserting 128 rows of 12 columns takes four times as long with `$1` to `$1536`.

use crate::Tx;
use std::sync::OnceLock;

/// Sizes of the prepared texts, largest first. Dense enough that any batch of up to 128 rows takes
/// at most three statements.
const SIZES: [usize; 16] = [128, 96, 64, 48, 32, 24, 16, 12, 8, 7, 6, 5, 4, 3, 2, 1];

/// The texts of one statement for one database, one for each of [`SIZES`].
type Texts = [&'static str; 16];

/// A statement with any number of rows.
pub(crate) struct Rows {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    sqlite: OnceLock<Texts>,
    postgres: OnceLock<Texts>,
}

/// How parameters are spelled.
#[derive(Clone, Copy)]
enum Parameters {
    /// `?`
    Plain,
    /// `$1`, `$2`, …
    Numbered,
}

impl Rows {
    /// `head` + `($1, $2, …), (…)` + `tail`, with `columns` parameters in each row.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }

    /// Cuts `items` into chunks, each with the text for its size.
    pub(crate) fn chunks<'a, T>(&self, tx: &Tx, items: &'a [T]) -> Vec<(&'static str, &'a [T])> {
        chunks(self.texts(tx), items)
    }

    /// Like [`Self::chunks`] for statements where a repeated row does no harm: up to 128 items are
    /// one statement, filled up by repeating the last item.
    pub(crate) fn padded<T: Copy>(&self, tx: &Tx, items: &[T]) -> Vec<(&'static str, Vec<T>)> {
        padded(self.texts(tx), items)
    }

    /// The text for one row on SQLite, for statements that are run row by row.
    pub(crate) fn single(&self) -> &'static str {
        let [.., single] = *self.sqlite_texts();
        single
    }

    fn sqlite_texts(&self) -> &Texts {
        self.sqlite.get_or_init(|| self.build(Parameters::Plain))
    }

    fn texts(&self, tx: &Tx) -> &Texts {
        if tx.is_embedded() {
            self.sqlite_texts()
        } else {
            self.postgres
                .get_or_init(|| self.build(Parameters::Numbered))
        }
    }

    fn build(&self, parameters: Parameters) -> Texts {
        SIZES.map(|size| text(self.head, self.columns, self.tail, size, parameters))
    }
}

fn chunks<'a, T>(texts: &Texts, items: &'a [T]) -> Vec<(&'static str, &'a [T])> {
    let mut chunks = Vec::with_capacity(4);
    let mut rest = items;
    for (size, sql) in SIZES.iter().zip(texts) {
        while let Some((chunk, tail)) = rest.split_at_checked(*size) {
            chunks.push((*sql, chunk));
            rest = tail;
        }
    }
    chunks
}

fn padded<T: Copy>(texts: &Texts, items: &[T]) -> Vec<(&'static str, Vec<T>)> {
    let [largest, ..] = SIZES;
    let mut chunks = Vec::with_capacity(1);
    for chunk in items.chunks(largest) {
        let fitting = SIZES
            .iter()
            .zip(texts)
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

fn text(
    head: &str,
    columns: usize,
    tail: &str,
    rows: usize,
    parameters: Parameters,
) -> &'static str {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * columns * 6);
    sql.push_str(head);
    for row in 0..rows {
        sql.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                sql.push_str(", ");
            }
            match parameters {
                Parameters::Plain => sql.push('?'),
                Parameters::Numbered => {
                    sql.push('$');
                    sql.push_str(&(row * columns + column + 1).to_string());
                }
            }
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    // Sixteen texts for each of a handful of statements, made once for the life of the process.
    Box::leak(sql.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROWS: Rows = Rows::new("INSERT INTO t VALUES", 2, "RETURNING a");

    #[test]
    fn chunks_cover_every_item_once_in_order_in_few_statements() {
        let texts = ROWS.build(Parameters::Numbered);
        for count in 0..=400_usize {
            let items: Vec<usize> = (0..count).collect();
            let chunks = chunks(&texts, &items);
            let joined: Vec<usize> = chunks
                .iter()
                .flat_map(|(_, chunk)| chunk.iter().copied())
                .collect();
            assert_eq!(joined, items);
            assert!(chunks.len() <= count / 128 + 3, "{count}: {}", chunks.len());
            for (sql, chunk) in chunks {
                assert!(sql.contains(&format!("${}) ", 2 * chunk.len())), "{sql}");
            }
        }
    }

    #[test]
    fn padding_repeats_the_last_item() {
        let texts = ROWS.build(Parameters::Plain);
        let nine = padded(&texts, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(nine.len(), 1);
        assert_eq!(nine[0].1, vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9]);
        assert_eq!(nine[0].0.matches('?').count(), 24);
        assert!(padded::<u8>(&texts, &[]).is_empty());
        let sizes: Vec<usize> = padded(&texts, &[7; 200])
            .iter()
            .map(|(_, rows)| rows.len())
            .collect();
        assert_eq!(sizes, vec![128, 96]);
    }

    #[test]
    fn texts_spell_parameters_as_each_database_likes_them() {
        let of = |parameters| text("INSERT INTO t VALUES", 2, "RETURNING a", 2, parameters);
        assert_eq!(
            of(Parameters::Numbered),
            "INSERT INTO t VALUES ($1, $2), ($3, $4) RETURNING a"
        );
        assert_eq!(
            of(Parameters::Plain),
            "INSERT INTO t VALUES (?, ?), (?, ?) RETURNING a"
        );
    }
}
