//! What is remembered between requests, bounded in entries or bytes. Only sealed values are kept;
//! the keys of vaults are kept unwrapped and wiped when they leave.
//!
//! Nothing here is trusted: the commit re-checks what a decision rested on, and a stale entry is
//! dropped and read again.

use crate::api_keys::KnownKey;
use crate::live::Loaded;
use crate::tokens::KeyHolder;
use oneclaw_core::caller::Principal;
use oneclaw_core::id::{OrgId, PolicyId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::RuleSet;
use oneclaw_crypto::envelope::VaultKey;
use oneclaw_crypto::jwt::Claims;
use oneclaw_crypto::token::TokenHash;
use oneclaw_store::epochs::Guard;
use oneclaw_store::secrets::SealedRow;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::HashSet;
use std::sync::Arc;

const TOKENS: usize = 50_000;
const PRINCIPALS: usize = 20_000;
const VAULTS: usize = 20_000;
const VAULT_KEYS: usize = 4_096;
/// Bytes of sealed rows.
const SEALED_BYTES: u64 = 48 * 1024 * 1024;
/// What an entry costs beside its blobs: the row, its strings, the cache's own bookkeeping.
const SEALED_OVERHEAD: u64 = 360;

/// A vault as one principal sees it: enough to decide without the database.
pub(crate) struct VaultView {
    pub(crate) vault: VaultId,
    pub(crate) owner: Principal,
    pub(crate) key_generation: i64,
    /// Set while clients encrypt what they write with a key of their own.
    pub(crate) cmek_fingerprint: Option<String>,
    pub(crate) rules: RuleSet,
    /// Those of the rules that are used up by being used.
    pub(crate) limited: Vec<PolicyId>,
    /// Paths that are decoys.
    pub(crate) decoys: HashSet<SecretPath>,
    pub(crate) guard: Guard,
}

#[derive(Clone)]
pub(crate) struct SealedWeight;

impl Weighter<(VaultId, SecretPath), Arc<SealedRow>> for SealedWeight {
    fn weight(&self, _key: &(VaultId, SecretPath), row: &Arc<SealedRow>) -> u64 {
        let blobs =
            row.ciphertext.len() + row.wrapped_key.len() + row.metadata.len() + 2 * row.path.len();
        SEALED_OVERHEAD.saturating_add(u64::try_from(blobs).unwrap_or(u64::MAX))
    }
}

pub(crate) struct Caches {
    /// Verified tokens by their digest.
    pub(crate) tokens: Cache<[u8; 32], Arc<Claims>>,
    /// State of principals in an organisation.
    pub(crate) principals: Cache<(Principal, OrgId), Arc<Loaded>>,
    /// Which agent holds a key, by the keyed hash of the key.
    pub(crate) keys: Cache<TokenHash, Arc<KeyHolder>>,
    /// Personal keys by their keyed hash.
    pub(crate) user_keys: Cache<TokenHash, Arc<KnownKey>>,
    /// Vaults as principals see them, in the organisation they were found in.
    pub(crate) vaults: Cache<(OrgId, VaultId, Principal), Arc<VaultView>>,
    /// Unwrapped vault keys by generation.
    pub(crate) vault_keys: Cache<(VaultId, i64), Arc<VaultKey>>,
    /// Newest versions, sealed.
    pub(crate) sealed: Cache<(VaultId, SecretPath), Arc<SealedRow>, SealedWeight>,
}

impl Caches {
    pub(crate) fn new() -> Self {
        let average = SEALED_OVERHEAD.saturating_add(320);
        let entries = usize::try_from(SEALED_BYTES / average).unwrap_or(usize::MAX);
        Self {
            tokens: Cache::new(TOKENS),
            principals: Cache::new(PRINCIPALS),
            keys: Cache::new(PRINCIPALS),
            user_keys: Cache::new(PRINCIPALS),
            vaults: Cache::new(VAULTS),
            vault_keys: Cache::new(VAULT_KEYS),
            sealed: Cache::with_weighter(entries, SEALED_BYTES, SealedWeight),
        }
    }
}
