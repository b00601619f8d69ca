//! Tokens that are bound to a key of their client, and tokens for other services.

use crate::problem;
use oneclaw_crypto::id_token::ProviderKeys;
use oneclaw_crypto::test_support::DpopClient;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Agent, Answer, Options, PUBLIC_URL, Person, TestApp, request};
use serde_json::{Value, json};

/// A client of an agent, with a key of its own.
struct Client<'a> {
    app: &'a TestApp,
    key: DpopClient,
    proofs: std::cell::Cell<u32>,
}

impl<'a> Client<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            key: DpopClient::default(),
            proofs: 0.into(),
        }
    }

    fn proof(&self, method: &str, url: &str) -> String {
        self.proofs.set(self.proofs.get() + 1);
        let id = self.proofs.get().to_string();
        self.key
            .proof(method, url, self.app.app.now().as_seconds(), &id)
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        proof: &str,
        body: Value,
    ) -> Answer {
        let mut request = request(method, path);
        if !token.is_empty() {
            request
                .headers_mut()
                .insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        if !proof.is_empty() {
            request.headers_mut().insert("dpop", proof.parse().unwrap());
        }
        if !body.is_null() {
            *request.body_mut() = body.to_string().into();
        }
        self.app.send(request).await
    }

    /// As published clients do: the key in the body, a proof in the header.
    async fn exchange(&self, agent: &Agent) -> String {
        let path = "/v1/auth/agent-token";
        let proof = self.proof("POST", &format!("{PUBLIC_URL}{path}"));
        let body = json!({ "api_key": agent.key, "dpop_jwk": self.key.jwk() });
        let answer = self
            .send("POST", path, "", &proof, body)
            .await
            .expect(200)
            .json();
        assert_eq!(answer["token_type"], "Bearer");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        let path_alone = path.split('?').next().unwrap();
        let proof = self.proof("GET", &format!("{PUBLIC_URL}{path_alone}"));
        self.send("GET", path, token, &proof, Value::Null).await
    }
}

async fn agent(app: &TestApp) -> (Person, Agent) {
    let alice = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&alice, "bot").await;
    (alice, agent)
}

each_backend! {
    async fn a_bound_token_is_worth_nothing_without_a_new_proof_by_its_key(app: TestApp) {
        let (alice, agent) = agent(&app).await;
        let vault = app.create_vault(&alice.token, "prod").await;
        app.put(&alice.token, &vault, "a", "v").await;
        app.allow(&alice, &vault, &agent, "**", &["read"]).await;
        let (client, thief) = (Client::new(&app), Client::new(&app));
        let token = client.exchange(&agent).await;
        let path = format!("/v1/vaults/{vault}/secrets/a");
        assert_eq!(client.get(&path, &token).await.expect(200).json()["value"], "v");
        let _ = client.get("/v1/vaults?x=y", &token).await.expect(200);

        problem(&app.read(&token, &vault, "a").await, 401);
        problem(&thief.get(&path, &token).await, 401);
        let url = format!("{PUBLIC_URL}{path}");
        let proof = client.proof("GET", &url);
        let _ = client.send("GET", &path, &token, &proof, Value::Null).await.expect(200);
        problem(&thief.send("GET", &path, &token, &proof, Value::Null).await, 401);
        for (method, url) in [
            ("POST", url.clone()),
            ("GET", format!("{url}b")),
            ("GET", format!("http://127.0.0.1:8110{path}")),
        ] {
            let proof = client.proof(method, &url);
            problem(&client.send("GET", &path, &token, &proof, Value::Null).await, 401);
        }
        let old = client.proof("GET", &url);
        app.clock.advance(std::time::Duration::from_secs(61));
        problem(&client.send("GET", &path, &token, &old, Value::Null).await, 401);
        problem(&client.send("GET", &path, &token, "garbage", Value::Null).await, 401);
    }
}

#[tokio::test]
async fn a_token_is_bound_by_a_key_by_a_proof_or_by_both_if_they_agree() {
    let app = TestApp::new().await;
    let (_, agent) = agent(&app).await;
    let path = "/v1/auth/agent-token";
    let url = format!("{PUBLIC_URL}{path}");
    let (client, other) = (Client::new(&app), Client::new(&app));
    let key = json!({ "api_key": agent.key });
    let named = json!({ "api_key": agent.key, "dpop_jwk": client.key.jwk() });
    for (proof, body) in [
        (client.proof("POST", &url), key),
        (String::new(), named.clone()),
    ] {
        let answer = client
            .send("POST", path, "", &proof, body)
            .await
            .expect(200)
            .json();
        let token = answer["access_token"].as_str().unwrap();
        problem(&app.get("/v1/agents/me", token).await, 401);
        let _ = client.get("/v1/agents/me", token).await.expect(200);
    }
    let proof = other.proof("POST", &url);
    problem(&client.send("POST", path, "", &proof, named).await, 400);
    let private = json!({ "api_key": agent.key, "dpop_jwk": { "kty": "oct", "k": "AA" } });
    problem(&client.send("POST", path, "", "", private).await, 400);
}

/// For the checklist.
pub(crate) async fn proofs_are_for_the_public_url_and_others_need_none() {
    let app = TestApp::new().await;
    let (_, agent) = agent(&app).await;
    let client = Client::new(&app);
    let token = client.exchange(&agent).await;
    // The request came over plain HTTP to a name of the inside; the proof names what the client sees.
    let mut inside = request("GET", "/v1/agents/me");
    let headers = inside.headers_mut();
    headers.insert("host", "10.0.0.7:8110".parse().unwrap());
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    let proof = client.proof("GET", &format!("{PUBLIC_URL}/v1/agents/me"));
    headers.insert("dpop", proof.parse().unwrap());
    let _ = app.send(inside).await.expect(200);
    // Without a key in the exchange nothing changes, and a proof that nobody asked for does not matter.
    let _ = app.get("/v1/agents/me", &agent.token).await.expect(200);
    let _ = client
        .send("GET", "/v1/agents/me", &agent.token, "garbage", Value::Null)
        .await
        .expect(200);
}

// Tokens for other services.

const AUDIENCE: &str = "https://api.example.org";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const PATH: &str = "/v1/auth/federated-token";

async fn federated() -> (TestApp, Person, Agent) {
    let app = TestApp::with(Options {
        federation: true,
        ..Options::default()
    })
    .await;
    let (alice, agent) = agent(&app).await;
    let allowed = json!({ "federation_enabled": true, "federation_audiences": [AUDIENCE], "scopes": ["a", "b"] });
    let _ = app
        .call(
            "PATCH",
            &format!("/v1/agents/{}", agent.id),
            &alice.token,
            allowed,
        )
        .await
        .expect(200);
    let token = app.exchange(&agent.key).await;
    (app, alice, Agent { token, ..agent })
}

fn exchange(agent: &Agent) -> Value {
    json!({ "grant_type": GRANT, "subject_token": agent.token, "subject_token_type": JWT, "audience": AUDIENCE })
}

/// For the checklist.
pub(crate) async fn tokens_for_others_are_given_for_json_and_forms() {
    let (app, _, agent) = federated().await;
    let json = app
        .post(PATH, "", exchange(&agent))
        .await
        .expect(200)
        .json();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in exchange(&agent).as_object().unwrap() {
        form.append_pair(name, value.as_str().unwrap());
    }
    let mut sent = request("POST", PATH);
    sent.headers_mut().insert(
        "content-type",
        "application/x-www-form-urlencoded".parse().unwrap(),
    );
    *sent.body_mut() = form.finish().into();
    let by_form = app.send(sent).await.expect(200).json();
    let keys = app.get("/.well-known/jwks.json", "").await.expect(200);
    let keys = ProviderKeys::parse(&keys.body).unwrap();
    for answer in [json, by_form] {
        assert_eq!(
            (&answer["issued_token_type"], &answer["token_type"]),
            (&json!(JWT), &json!("Bearer"))
        );
        assert_eq!(
            (&answer["expires_in"], &answer["scope"]),
            (&json!(900), &json!("a b"))
        );
        let token = answer["access_token"].as_str().unwrap();
        let who = keys
            .verify(token, &[PUBLIC_URL], AUDIENCE, app.app.now())
            .unwrap();
        assert_eq!(who.subject, format!("agent:{}", agent.id));
        // Worth nothing here.
        problem(&app.get("/v1/agents/me", token).await, 401);
    }
    // With the key itself, and with the token in the header.
    let mut by_key = exchange(&agent);
    by_key["subject_token"] = json!(agent.key);
    by_key["subject_token_type"] = json!("urn:1claw:params:oauth:token-type:api-key");
    let _ = app.post(PATH, "", by_key).await.expect(200);
    let body = json!({ "grant_type": GRANT, "audience": AUDIENCE });
    let _ = app.post(PATH, &agent.token, body.clone()).await.expect(200);
    problem(&app.post(PATH, "", body).await, 401);
}

#[tokio::test]
async fn tokens_for_others_are_for_what_people_allowed_and_never_for_more() {
    let (app, alice, agent) = federated().await;
    let with = |name: &str, value: Value| {
        let mut body = exchange(&agent);
        body[name] = value;
        app.post(PATH, "", body)
    };
    problem(&with("audience", json!("https://evil.test")).await, 403);
    problem(&with("audience", json!(format!("{AUDIENCE}/"))).await, 403);
    problem(&with("scope", json!("a c")).await, 400);
    assert_eq!(
        with("scope", json!("b")).await.expect(200).json()["scope"],
        "b"
    );
    problem(&with("grant_type", json!("password")).await, 400);
    problem(&with("requested_token_type", json!("x")).await, 400);
    problem(&with("subject_token_type", json!("x")).await, 400);
    problem(&with("subject_token", json!(alice.token)).await, 403);
    problem(&with("subject_token", json!("garbage")).await, 401);

    let path = format!("/v1/agents/{}", agent.id);
    for (name, wrong) in [
        ("federated_token_ttl_seconds", json!(59)),
        ("federated_token_ttl_seconds", json!(3601)),
        ("federation_audiences", json!([""])),
        ("federation_audiences", json!(vec![AUDIENCE; 21])),
    ] {
        let body = json!({ name: wrong });
        problem(&app.call("PATCH", &path, &alice.token, body).await, 400);
    }
    let longest = json!({ "federated_token_ttl_seconds": 3600 });
    let updated = app
        .call("PATCH", &path, &alice.token, longest)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &updated["federation_enabled"],
            &updated["federation_audiences"]
        ),
        (&json!(true), &json!([AUDIENCE]))
    );
    let long = app
        .post(PATH, "", exchange(&agent))
        .await
        .expect(200)
        .json();
    assert_eq!(long["expires_in"], 3600);
    let _ = app
        .call(
            "PATCH",
            &path,
            &alice.token,
            json!({ "federation_enabled": false }),
        )
        .await
        .expect(200);
    problem(&app.post(PATH, "", exchange(&agent)).await, 403);
    let _ = app
        .call("PATCH", &path, &alice.token, json!({ "is_active": false }))
        .await
        .expect(200);
    problem(&app.post(PATH, "", exchange(&agent)).await, 401);
}

#[tokio::test]
async fn without_being_set_up_there_are_no_tokens_for_others() {
    let app = TestApp::new().await;
    let (_, agent) = agent(&app).await;
    problem(&app.post(PATH, "", exchange(&agent)).await, 503);
    let keys = app
        .get("/.well-known/jwks.json", "")
        .await
        .expect(200)
        .json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
}
