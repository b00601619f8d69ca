//! Letting in an agent that brought a key of its own.

use super::browser::Site;
use super::furniture::OWNER;
use serde_json::json;

#[tokio::test]
async fn the_four_words_are_picked_before_an_agent_with_its_own_key_comes_in() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let ask = json!({
        "name": "deploy-bot", "human_email": OWNER, "credential": "private_key_jwt",
        "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    });
    let asked = site.server.post("/v1/agents/enroll", "", ask).await;
    let asked = asked.expect(201).json();
    let (url, phrase) = (
        asked["approval_url"].as_str().unwrap(),
        asked["phrase"].as_str().unwrap(),
    );
    let page = format!("/enroll/{}", url.rsplit('/').next().unwrap());
    let action = format!("{page}/approve");
    let shown = ana.get(&page).await.expect(200);
    let shown = shown
        .shows(asked["fingerprint"].as_str().unwrap())
        .shows("Which four words does the agent show?")
        .shows(&format!("value=\"{phrase}\""));
    assert_eq!(shown.body.matches("name=\"phrase\"").count(), 4);

    let wrong = [
        ("name", "deploy-bot"),
        ("phrase", "acorn acorn acorn acorn"),
    ];
    let refused = ana.submit(&page, &action, &wrong).await.expect(400);
    refused.shows("These are not the words of this request");
    let right = [("name", "deploy-bot"), ("phrase", phrase)];
    let done = ana.submit(&page, &action, &right).await.expect(200);
    done.shows("The agent was let in")
        .shows("There is nothing for you to copy");
}

#[tokio::test]
async fn what_is_ticked_and_narrowed_on_the_page_is_what_the_agent_gets() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "prod").await;
    let ask = json!({ "name": "bot", "human_email": OWNER, "requested_access": [
        { "vault": "prod", "path_pattern": "db/**", "permissions": ["read", "write"], "reason": "<b>please</b>" },
        { "vault": "prod", "path_pattern": "**", "permissions": ["delete"] },
    ]});
    let asked = site.server.post("/v1/agents/enroll", "", ask).await;
    let url = asked.expect(201).json()["approval_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = format!("/enroll/{}", url.rsplit('/').next().unwrap());
    let shown = ana.get(&page).await.expect(200);
    let shown = shown
        .shows("&#60;b&#62;please&#60;/b&#62;")
        .shows(&format!("<option value=\"{vault}\" selected>prod"))
        .shows("With “read” it sees the values themselves.");
    let hash = shown
        .body
        .split("name=\"request_hash\" value=\"")
        .nth(1)
        .unwrap();
    let hash = hash.split('"').next().unwrap();
    let fields = [
        ("name", "bot"),
        ("request_hash", hash),
        ("grant-0", "yes"),
        ("vault-0", vault.as_str()),
        ("pattern-0", "db/readonly"),
        ("permissions-0", "read"),
        ("minutes-0", "5"),
    ];
    let done = ana.submit(&page, &format!("{page}/approve"), &fields).await;
    done.expect(200).shows("One policy was written for it");
    let written = site
        .server
        .get(&format!("/v1/vaults/{vault}/policies"), &owner.token)
        .await;
    let written = written.expect(200).json();
    assert_eq!(written["policies"].as_array().unwrap().len(), 1);
    let policy = &written["policies"][0];
    assert_eq!(policy["secret_path_pattern"], "db/readonly");
    assert_eq!(policy["permissions"], json!(["read"]));
    assert!(policy["expires_at"].is_string());
}
