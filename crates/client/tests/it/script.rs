//! A server that follows a script: it notes what it is asked and gives the answers it was told to give.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use oneclaw_client::transport::{Transport, TransportFuture};
use oneclaw_client::{Client, Credential};
use serde_json::{Value, json};

#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Response<Bytes>>>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl Script {
    pub(crate) fn new(answers: impl IntoIterator<Item = Response<Bytes>>) -> Arc<Self> {
        let answers = Mutex::new(answers.into_iter().collect());
        Arc::new(Self {
            answers,
            requests: Mutex::default(),
        })
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        Client::over(self.clone(), "https://vault.example").unwrap()
    }

    pub(crate) fn agent(self: &Arc<Self>) -> Client {
        let api_key = "ocv_key".to_owned().into();
        self.client()
            .with_credential(Credential::AgentKey {
                agent_id: None,
                api_key,
            })
            .unwrap()
    }

    /// What was asked, as `METHOD URL [authorization] [confirmation] [body]`.
    pub(crate) fn log(&self) -> Vec<String> {
        let describe = |request: &Request<Bytes>| {
            let mut line = format!("{} {}", request.method(), request.uri());
            if let Some(authorization) = request.headers().get("authorization") {
                line = format!("{line} [{}]", authorization.to_str().unwrap());
            }
            if let Some(confirmation) = request.headers().get("x-auth-confirm") {
                assert!(confirmation.is_sensitive());
                line = format!("{line} [confirmed by {}]", confirmation.to_str().unwrap());
            }
            if !request.body().is_empty() {
                line = format!("{line} {}", std::str::from_utf8(request.body()).unwrap());
            }
            line
        };
        self.requests.lock().unwrap().iter().map(describe).collect()
    }

    pub(crate) fn header(&self, request: usize, name: &str) -> Option<String> {
        let requests = self.requests.lock().unwrap();
        requests[request]
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    }

    /// Whether the credential of that request is kept out of debug output.
    pub(crate) fn hides_credential(&self, request: usize) -> bool {
        self.requests.lock().unwrap()[request].headers()["authorization"].is_sensitive()
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        Box::pin(async move {
            self.requests.lock().unwrap().push(request);
            // Lets other calls of a test start before this one is answered.
            tokio::task::yield_now().await;
            self.answers
                .lock()
                .unwrap()
                .pop_front()
                .ok_or_else(|| "the script is over".into())
        })
    }
}

pub(crate) fn answer(status: u16, body: &Value) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(body.to_string().into())
        .unwrap()
}

pub(crate) fn empty(status: u16) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(Bytes::new())
        .unwrap()
}

pub(crate) fn token(token: &str, expires_in: u32) -> Response<Bytes> {
    answer(
        200,
        &json!({
            "access_token": token, "token_type": "Bearer", "expires_in": expires_in,
            "agent_id": "01900000-0000-7000-8000-000000000001", "vault_ids": [],
        }),
    )
}

pub(crate) fn no_vaults() -> Response<Bytes> {
    answer(200, &json!({ "vaults": [] }))
}
