//! What a group of commits needs of its transaction, whichever way that reaches its database.
//!
//! Two ways: [`Tx`], and on the embedded database also [`DirectTx`](crate::direct::DirectTx), which
//! does the same without a thread hop for each statement. The committer is written once, for both.

use crate::Tx;
use crate::audit::{HeadRow, NewEvent, NewHead};
use crate::epochs::Guard;
use crate::error::Result;
use crate::secrets::NewVersion;
use crate::webhooks::{DeliveryRow, WebhookRow};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, SecretId};
use std::future::Future;
use uuid::Uuid;

/// A transaction that a group is committed in. The methods do what those of [`Tx`] with the same
/// names do.
pub trait GroupTx {
    /// Whether the transaction owns the whole database, so that nothing can come between.
    fn is_alone(&self) -> bool;
    /// See [`Tx::stale_guards`].
    fn stale_guards(&mut self, guards: &[Guard]) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
    /// See [`Tx::stale_secrets`].
    fn stale_secrets(
        &mut self,
        guards: &[(Uuid, i64)],
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
    /// See [`Tx::count_secret_read`].
    fn count_secret_read(
        &mut self,
        id: SecretId,
        rev: i64,
    ) -> impl Future<Output = Result<bool>> + Send;
    /// See [`Tx::put_versions`].
    fn put_versions(
        &mut self,
        versions: &[&NewVersion],
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
    /// See [`Tx::touch_agent`].
    fn touch_agent(
        &mut self,
        id: AgentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
    /// See [`Tx::lock_audit_head`].
    fn lock_audit_head(&mut self, org: OrgId) -> impl Future<Output = Result<HeadRow>> + Send;
    /// See [`Tx::append_events`].
    fn append_events(&mut self, events: &[NewEvent<'_>])
    -> impl Future<Output = Result<()>> + Send;
    /// See [`Tx::list_webhooks`].
    fn list_webhooks(&mut self, org: OrgId)
    -> impl Future<Output = Result<Vec<WebhookRow>>> + Send;
    /// See [`Tx::insert_deliveries`].
    fn insert_deliveries(
        &mut self,
        deliveries: &[DeliveryRow],
    ) -> impl Future<Output = Result<()>> + Send;
    /// See [`Tx::move_audit_heads`].
    fn move_audit_heads(&mut self, heads: &[NewHead]) -> impl Future<Output = Result<()>> + Send;
}

// The inherent methods of the same names come first in resolution, so nothing here calls itself.
impl GroupTx for Tx {
    fn is_alone(&self) -> bool {
        self.is_embedded()
    }

    async fn stale_guards(&mut self, guards: &[Guard]) -> Result<Vec<Uuid>> {
        Self::stale_guards(self, guards).await
    }

    async fn stale_secrets(&mut self, guards: &[(Uuid, i64)]) -> Result<Vec<Uuid>> {
        Self::stale_secrets(self, guards).await
    }

    async fn count_secret_read(&mut self, id: SecretId, rev: i64) -> Result<bool> {
        Self::count_secret_read(self, id, rev).await
    }

    async fn put_versions(&mut self, versions: &[&NewVersion]) -> Result<Vec<Uuid>> {
        Self::put_versions(self, versions).await
    }

    async fn touch_agent(&mut self, id: AgentId, now: Timestamp) -> Result<()> {
        Self::touch_agent(self, id, now).await
    }

    async fn lock_audit_head(&mut self, org: OrgId) -> Result<HeadRow> {
        Self::lock_audit_head(self, org).await
    }

    async fn append_events(&mut self, events: &[NewEvent<'_>]) -> Result<()> {
        Self::append_events(self, events).await
    }

    async fn list_webhooks(&mut self, org: OrgId) -> Result<Vec<WebhookRow>> {
        Self::list_webhooks(self, org).await
    }

    async fn insert_deliveries(&mut self, deliveries: &[DeliveryRow]) -> Result<()> {
        Self::insert_deliveries(self, deliveries).await
    }

    async fn move_audit_heads(&mut self, heads: &[NewHead]) -> Result<()> {
        Self::move_audit_heads(self, heads).await
    }
}
