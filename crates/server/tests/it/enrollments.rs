//! Enrolment.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Options, PUBLIC_URL, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

fn link_token(enrolled: &Value) -> String {
    let url = enrolled["approval_url"].as_str().unwrap();
    url.strip_prefix(&format!("{PUBLIC_URL}/enroll/"))
        .unwrap()
        .to_owned()
}

each_backend! {
    async fn an_agent_asks_and_its_human_decides(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let body = json!({ "name": "deploy-bot", "human_email": "Alice@example.com", "description": "CI" });
        let enrolled = app.post("/v1/agents/enroll", "", body).await.expect(201).json();
        assert_eq!(enrolled["agent_id"], "00000000-0000-0000-0000-000000000000");
        assert!(enrolled.get("api_key").is_none());
        let mails = app.mails().await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains(enrolled["approval_url"].as_str().unwrap()));

        let waiting = app.get("/v1/enrollments?status=pending", &owner.token).await.expect(200).json();
        let enrollment = &waiting["enrollments"][0];
        assert_eq!((&enrollment["name"], &enrollment["name_chosen_by_requester"]), (&json!("deploy-bot"), &json!(true)));
        assert_eq!(enrollment["requested_from"]["ip"], "192.0.2.1");
        let id = enrollment["id"].as_str().unwrap();
        let mut looked_up = app.post("/v1/enrollments/lookup", &owner.token, json!({ "token": link_token(&enrolled) })).await.expect(200).json();
        assert!(looked_up.as_object_mut().unwrap().remove("request_hash").is_some(), "what was looked at has a name");
        assert_eq!(&looked_up, enrollment);

        let approved = app.post(&format!("/v1/enrollments/{id}/approve"), &owner.token, json!({ "name": "deployer" })).await.expect(200).json();
        assert_eq!((&approved["enrollment"]["status"], &approved["agent"]["name"]), (&json!("approved"), &json!("deployer")));
        assert_eq!(approved["key_delivery"], "link");
        let agent = approved["agent"]["id"].as_str().unwrap();
        assert_eq!(approved["enrollment"]["agent_id"], agent);
        problem(&app.post(&format!("/v1/enrollments/{id}/approve"), &owner.token, Value::Null).await, 409);
        problem(&app.post(&format!("/v1/enrollments/{id}/deny"), &owner.token, Value::Null).await, 409);

        let reveal = approved["reveal_url"].as_str().unwrap().rsplit_once('/').unwrap().1;
        let revealed = app.post(&format!("/v1/agents/{agent}/reveal-key"), &owner.token, json!({ "token": reveal })).await.expect(200).json();
        problem(&app.post(&format!("/v1/agents/{agent}/reveal-key"), &owner.token, json!({ "token": reveal })).await, 404);
        let token = app.exchange(revealed["api_key"].as_str().unwrap()).await;
        assert_eq!(app.get("/v1/vaults", &token).await.expect(200).json(), json!({ "vaults": [] }), "no access to anything");
        let me = app.get("/v1/agents/me", &token).await.expect(200).json();
        assert_eq!(me["created_by"], owner.id);
    }
}

each_backend! {
    async fn requests_without_an_address_are_decided_with_their_link(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let enrolled = app.post("/v1/agents/enroll", "", json!({ "name": "bot", "description": "" })).await.expect(201).json();
        assert_eq!(app.get("/v1/enrollments", &owner.token).await.expect(200).json(), json!({ "enrollments": [] }));
        let token = link_token(&enrolled);
        let enrollment = app.post("/v1/enrollments/lookup", &owner.token, json!({ "token": token })).await.expect(200).json();
        let id = enrollment["id"].as_str().unwrap();
        for body in [Value::Null, json!({}), json!({ "token": "wrong" })] {
            problem(&app.post(&format!("/v1/enrollments/{id}/approve"), &owner.token, body.clone()).await, 404);
            problem(&app.post(&format!("/v1/enrollments/{id}/deny"), &owner.token, body).await, 404);
        }
        let denied = app.post(&format!("/v1/enrollments/{id}/deny"), &owner.token, json!({ "token": token, "reason": "not mine" })).await.expect(200).json();
        assert_eq!((&denied["status"], &denied["decided_by"]), (&json!("denied"), &json!(owner.id)));
        problem(&app.post(&format!("/v1/enrollments/{id}/approve"), &owner.token, json!({ "token": token })).await, 409);
        assert_eq!(app.get("/v1/agents", &owner.token).await.expect(200).json(), json!({ "agents": [] }));
    }
}

#[tokio::test]
async fn the_answer_is_the_same_whatever_address_is_named() {
    let app = TestApp::new().await;
    let _known = app.sign_up("known@example.com").await;
    let mut shapes = Vec::new();
    let addresses = [
        Some("known@example.com"),
        Some("known@example.com"),
        Some("unknown@example.com"),
        Some("unknown@example.com"),
        None,
    ];
    for email in addresses {
        let answer = app
            .post(
                "/v1/agents/enroll",
                "",
                json!({ "name": "bot", "human_email": email }),
            )
            .await
            .expect(201);
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        let mut body = answer.json();
        let url = body["approval_url"].as_str().unwrap().len();
        body.as_object_mut()
            .unwrap()
            .remove("approval_url")
            .unwrap();
        shapes.push((answer.body.len(), names, url, body));
    }
    for shape in &shapes {
        assert_eq!(shape, &shapes[0]);
    }
    assert_eq!(
        app.mails().await.len(),
        1,
        "one mail in ten minutes, and none to strangers"
    );
}

#[tokio::test]
async fn only_the_right_human_decides() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let agent = app.create_agent(&alice, "bot").await;
    let enrolled = app
        .post(
            "/v1/agents/enroll",
            "",
            json!({ "name": "bot", "human_email": "alice@example.com" }),
        )
        .await
        .expect(201)
        .json();
    let token = link_token(&enrolled);
    let id = app
        .get("/v1/enrollments", &alice.token)
        .await
        .expect(200)
        .json()["enrollments"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let nothing = problem(
        &app.post(
            &format!("/v1/enrollments/{NOTHING}/approve"),
            &mallory.token,
            Value::Null,
        )
        .await,
        404,
    );
    for body in [Value::Null, json!({ "token": token })] {
        let foreign = problem(
            &app.post(
                &format!("/v1/enrollments/{id}/approve"),
                &mallory.token,
                body.clone(),
            )
            .await,
            404,
        );
        assert_eq!(foreign["detail"], nothing["detail"]);
        problem(
            &app.post(
                &format!("/v1/enrollments/{id}/deny"),
                &mallory.token,
                body.clone(),
            )
            .await,
            404,
        );
        problem(
            &app.post(
                &format!("/v1/enrollments/{id}/approve"),
                &agent.token,
                body.clone(),
            )
            .await,
            403,
        );
        problem(
            &app.post(&format!("/v1/enrollments/{id}/approve"), "", body)
                .await,
            401,
        );
    }
    problem(
        &app.post(
            "/v1/enrollments/lookup",
            &mallory.token,
            json!({ "token": token }),
        )
        .await,
        404,
    );
    problem(
        &app.post(
            "/v1/enrollments/lookup",
            &agent.token,
            json!({ "token": token }),
        )
        .await,
        403,
    );
    assert_eq!(
        app.get("/v1/enrollments", &mallory.token)
            .await
            .expect(200)
            .json(),
        json!({ "enrollments": [] })
    );
    problem(&app.get("/v1/enrollments", &agent.token).await, 403);
}

#[tokio::test]
async fn requests_lapse() {
    let app = TestApp::new().await;
    let _owner = app.sign_up("alice@example.com").await;
    let enrolled = app
        .post(
            "/v1/agents/enroll",
            "",
            json!({ "name": "bot", "human_email": "alice@example.com" }),
        )
        .await
        .expect(201)
        .json();
    let expires = enrolled["expires_at"].as_str().unwrap();
    app.clock.set(expires.parse().unwrap());
    app.clock.advance(Duration::from_secs(1));
    let owner = app.sign_in("alice@example.com").await;
    let listed = app
        .get("/v1/enrollments", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(listed["enrollments"][0]["status"], "expired");
    let id = listed["enrollments"][0]["id"].as_str().unwrap();
    problem(
        &app.post(
            &format!("/v1/enrollments/{id}/approve"),
            &owner.token,
            Value::Null,
        )
        .await,
        410,
    );
}

#[tokio::test]
async fn keys_are_mailed_where_the_instance_is_set_so() {
    let app = TestApp::with(Options {
        mail_keys: true,
        ..Options::default()
    })
    .await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app
        .post(
            "/v1/agents/enroll",
            "",
            json!({ "name": "bot", "human_email": "alice@example.com" }),
        )
        .await
        .expect(201);
    let _ = app.mails().await;
    let id = app
        .get("/v1/enrollments", &owner.token)
        .await
        .expect(200)
        .json()["enrollments"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let approved = app
        .post(
            &format!("/v1/enrollments/{id}/approve"),
            &owner.token,
            Value::Null,
        )
        .await
        .expect(200);
    assert!(
        !String::from_utf8_lossy(&approved.body).contains("ocv_"),
        "the key goes by mail alone"
    );
    assert_eq!(approved.json()["key_delivery"], "email");
    let mails = app.mails().await;
    let key: String = mails[0]
        .text
        .split_once("ocv_")
        .unwrap()
        .1
        .chars()
        .take(43)
        .collect();
    let _ = app.exchange(&format!("ocv_{key}")).await;
}

#[tokio::test]
async fn hostile_names_come_back_as_text() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for name in ["", "   ", "\u{0}", "a\nb", "\u{202e}evil", &"x".repeat(300)] {
        problem(
            &app.post("/v1/agents/enroll", "", json!({ "name": name }))
                .await,
            400,
        );
    }
    let name = "<script>alert(1)</script>";
    let enrolled = app
        .post("/v1/agents/enroll", "", json!({ "name": name }))
        .await
        .expect(201)
        .json();
    let seen = app
        .post(
            "/v1/enrollments/lookup",
            &owner.token,
            json!({ "token": link_token(&enrolled) }),
        )
        .await
        .expect(200);
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.json()["name"], name);
}
