//! Small secrets that the instance keeps for itself, sealed one by one under its record key.
//!
//! Invariant: a blob is bound to what it is and whose it is, so one moved to another row does not
//! open.

use oneclaw_core::clock::Random;
use oneclaw_core::id::{BindingId, OrgId, UserId, WebhookId};
use oneclaw_core::secret::SecretBytes;

use crate::keyring::Keyring;
use crate::seal::{Context, KeyId, OpenError, Purpose, SealError, open, seal, sealed_under};

/// What is kept, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// The secret that signs what a webhook of an organisation receives.
    WebhookSecret(OrgId, WebhookId),
    /// A credential that an agent of an organisation uses without seeing it.
    BindingCredential(OrgId, BindingId),
    /// The secret shared with the authenticator app of a person.
    TotpSecret(UserId),
    /// The private key of this name that signs tokens for other services.
    FederationKey(KeyId),
}

impl Record {
    fn context(self) -> Context {
        match self {
            Self::WebhookSecret(org, webhook) => Context::new(Purpose::WebhookSecret)
                .uuid(org.into())
                .uuid(webhook.into()),
            Self::BindingCredential(org, binding) => Context::new(Purpose::BindingCredential)
                .uuid(org.into())
                .uuid(binding.into()),
            Self::TotpSecret(user) => Context::new(Purpose::TotpSecret).uuid(user.into()),
            Self::FederationKey(id) => Context::new(Purpose::FederationKey).text(&id.to_string()),
        }
    }
}

impl Keyring {
    /// Encrypts a record under the newest record key.
    ///
    /// # Errors
    /// [`SealError`] when the cryptographic library fails.
    pub fn seal_record(
        &self,
        record: Record,
        plaintext: &SecretBytes,
        random: &dyn Random,
    ) -> Result<Vec<u8>, SealError> {
        let key = self.records.first().ok_or(SealError)?;
        seal(key, &record.context(), plaintext.expose(), random)
    }

    /// Decrypts a record.
    ///
    /// # Errors
    /// [`OpenError`] when the blob is of another record or was changed.
    pub fn open_record(&self, record: Record, blob: &[u8]) -> Result<SecretBytes, OpenError> {
        let named = sealed_under(blob).ok_or(OpenError::Malformed)?;
        let key = self
            .records
            .iter()
            .find(|key| key.id() == named)
            .ok_or(OpenError::UnknownKey(named))?;
        open(key, &record.context(), blob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::clock::SeededRandom;
    use uuid::Uuid;

    #[test]
    fn a_record_opens_only_as_what_it_was_sealed_as() {
        let random = SeededRandom::new(7);
        let keyring = Keyring::from_keys(Keyring::generate(&random)).unwrap();
        let org = |number| OrgId::from_uuid(Uuid::from_u128(number));
        let webhook = |number| WebhookId::from_uuid(Uuid::from_u128(number));
        let binding = |number| BindingId::from_uuid(Uuid::from_u128(number));
        let user = |number| UserId::from_uuid(Uuid::from_u128(number));
        let id = KeyId::generate(&random);
        let records = [
            Record::WebhookSecret(org(1), webhook(1)),
            Record::WebhookSecret(org(1), webhook(2)),
            Record::WebhookSecret(org(2), webhook(1)),
            Record::BindingCredential(org(1), binding(1)),
            Record::BindingCredential(org(1), binding(2)),
            Record::BindingCredential(org(2), binding(1)),
            Record::TotpSecret(user(1)),
            Record::TotpSecret(user(2)),
            Record::FederationKey(id),
        ];
        for sealed_as in records {
            let secret = SecretBytes::from(b"hunter2".to_vec());
            let blob = keyring.seal_record(sealed_as, &secret, &random).unwrap();
            assert!(!blob.windows(7).any(|window| window == b"hunter2"));
            for opened_as in records {
                let opened = keyring.open_record(opened_as, &blob);
                assert_eq!(opened.is_ok(), opened_as == sealed_as, "{opened_as:?}");
            }
            let other = Keyring::from_keys(Keyring::generate(&random)).unwrap();
            assert!(matches!(
                other.open_record(sealed_as, &blob),
                Err(OpenError::UnknownKey(_))
            ));
        }
    }
}
