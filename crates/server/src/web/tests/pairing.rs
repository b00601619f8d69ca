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
