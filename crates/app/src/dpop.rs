//! Tokens that are bound to a key of their client (RFC 9449): worth nothing to whoever copies them.
//!
//! Invariant: a bound token becomes a caller only together with a proof for this very request that was
//! never used before, on any node.

use crate::App;
use crate::error::{Error, Result};
use oneclaw_crypto::dpop::{self, DpopError, Proof, ProvenRequest};
use serde_json::Value;

/// A proof as it came with a request.
#[derive(Clone, Copy, Debug)]
pub struct PresentedProof<'a> {
    /// The header.
    pub proof: &'a str,
    /// The method of the request.
    pub method: &'a str,
    /// The path of the request, as it was sent.
    pub path: &'a str,
}

impl PresentedProof<'_> {
    /// Checks the proof and spends it. Clients sign the address that they see, which is the public one,
    /// whatever proxies make of it.
    async fn spend(&self, app: &App, token: Option<&str>) -> Result<Proof> {
        let url = format!("{}{}", app.settings().public_url, self.path);
        let request = ProvenRequest {
            method: self.method,
            url: &url,
            token,
        };
        let proof = dpop::verify(self.proof, &request, app.now()).map_err(refused)?;
        let (id, expires_at) = (proof.id, proof.expires_at);
        let is_new = app
            .run(move |op| Box::pin(async move { Ok(op.tx().spend_proof(&id, expires_at).await?) }))
            .await?;
        if is_new {
            Ok(proof)
        } else {
            Err(Error::unauthenticated(
                "The DPoP proof was used before. Make a new one for each request.",
            ))
        }
    }

    /// Checks that the request comes from the holder of the key that `token` is bound to.
    pub(crate) async fn check(&self, app: &App, token: &str, thumbprint: &str) -> Result<()> {
        let proof = self.spend(app, Some(token)).await?;
        if proof.thumbprint == thumbprint {
            Ok(())
        } else {
            Err(Error::unauthenticated(
                "The DPoP proof is by another key than the token is bound to.",
            ))
        }
    }
}

fn refused(error: DpopError) -> Error {
    Error::unauthenticated(format!("The DPoP proof does not hold: {error}."))
}

/// A bound token came without a proof.
pub(crate) fn missing() -> Error {
    Error::unauthenticated(
        "This token is bound to a key of its client. Send a DPoP proof by that key with each request.",
    )
}

/// The key that a new token is to be bound to: named in the request, proven, or both and the same.
pub async fn binding(
    app: &App,
    jwk: Option<&Value>,
    proof: Option<&PresentedProof<'_>>,
) -> Result<Option<String>> {
    let named = match jwk {
        Some(jwk) => Some(
            dpop::thumbprint(jwk).map_err(|error| Error::invalid("dpop_jwk", error.to_string()))?,
        ),
        None => None,
    };
    let proven = match proof {
        Some(proof) => Some(proof.spend(app, None).await?.thumbprint),
        None => None,
    };
    match (named, proven) {
        (Some(named), Some(proven)) if named != proven => Err(Error::invalid(
            "dpop_jwk",
            "must be the key of the DPoP proof that comes with it",
        )),
        (named, proven) => Ok(proven.or(named)),
    }
}
