//! Checkpoints: the size and root of a log at one moment, in the C2SP tlog-checkpoint format, so that
//! witnesses and verifiers of the transparency-log community understand them. They are signed as
//! signed notes ([`super::note`]).

use data_encoding::BASE64;

use super::Hash;

/// The state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log: a URL without scheme, unique per organisation.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree of these leaves.
    pub root: Hash,
}

/// The text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a checkpoint: three lines are expected, the log's name, its size and its root in base64"
)]
pub struct CheckpointError;

impl Checkpoint {
    /// The text that is signed: origin, size and root on a line each.
    pub fn to_body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(&self.root)
        )
    }

    /// Reads the signed text. Extension lines are refused: we write none, and what is not understood
    /// should not be taken as checked.
    ///
    /// # Errors
    /// When the text is not exactly a checkpoint in its one canonical spelling.
    pub fn parse_body(body: &str) -> Result<Self, CheckpointError> {
        let mut lines = body.strip_suffix('\n').ok_or(CheckpointError)?.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError);
        };
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| CheckpointError)?,
            root: BASE64
                .decode(root.as_bytes())
                .ok()
                .and_then(|root| root.try_into().ok())
                .ok_or(CheckpointError)?,
        };
        // Also refuses "+1", "007" and control characters in the name.
        let is_canonical = checkpoint.to_body() == body;
        let has_name = !origin.is_empty() && !origin.chars().any(char::is_control);
        if is_canonical && has_name {
            Ok(checkpoint)
        } else {
            Err(CheckpointError)
        }
    }
}
