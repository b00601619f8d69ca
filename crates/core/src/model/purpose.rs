//! What somebody proves once more who they are for.

use crate::words::words;

words! {
    /// An act that a stolen access token alone must not be able to do.
    pub enum Purpose, "purpose" {
        /// Delete one's account.
        AccountDelete = "account.delete",
        /// Get all that is stored about oneself.
        AccountExport = "account.export",
        /// Give one's account another address.
        EmailChange = "account.change_email",
        /// Add a passkey.
        PasskeyRegister = "security.passkey.register",
        /// Remove a passkey.
        PasskeyDelete = "security.passkey.delete",
        /// Set up the second factor.
        MfaEnable = "security.mfa.enable",
        /// Switch the second factor off.
        MfaDisable = "security.mfa.disable",
        /// Let vaults be used without a passkey again.
        VaultPasskeyDisable = "security.vault_passkey.disable",
        /// Allow what an agent asks, where that is risky.
        ApprovalDecide = "approval.decide",
    }
}

impl Purpose {
    /// Whether the password alone is too little once the account has a second factor. An export holds
    /// no values; all others weaken the account or end it.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        !matches!(self, Self::AccountExport)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_export_is_content_with_a_password() {
        let weak: Vec<_> = Purpose::ALL
            .iter()
            .filter(|purpose| !purpose.is_strong())
            .collect();
        assert_eq!(weak, [&Purpose::AccountExport]);
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Ok(*purpose));
        }
    }
}
