//! What an agent saw, on its pages.

use super::browser::Site;
use super::furniture::OWNER;

#[tokio::test]
async fn the_dialogue_and_the_page_say_what_to_replace() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let server = &site.server;
    let owner = server.sign_in(OWNER).await;
    let vault = server.create_vault(&owner.token, "prod").await;
    let _ = server.put(&owner.token, &vault, "db/url", "one").await;
    let agent = server.create_agent(&owner, "bot").await;
    server.allow(&owner, &vault, &agent, "**", &["read"]).await;
    let page = format!("/agents/{}", agent.id);
    let seen = format!("{page}/seen");
    ana.get(&seen).await.expect(200).shows("It saw nothing");
    assert!(
        !ana.get(&page)
            .await
            .expect(200)
            .body
            .contains("still in use")
    );

    let _ = server
        .read(&agent.token, &vault, "db/url")
        .await
        .expect(200);
    // Before it is switched off, the page says what stays known, in numbers.
    ana.get(&page)
        .await
        .expect(200)
        .shows("It knows 1 value that is still in use");
    ana.submit(&page, &format!("{page}/deactivate"), &[])
        .await
        .redirects_to(&page);
    ana.get(&page)
        .await
        .expect(200)
        .shows("says which values to replace");
    let list = ana
        .get(&seen)
        .await
        .expect(200)
        .shows("1 value it knows is")
        .shows("replace it");
    assert!(
        list.body
            .contains(&format!("/vaults/{vault}/secrets/db/url")),
        "{}",
        list.body
    );

    let _ = server.put(&owner.token, &vault, "db/url", "two").await;
    ana.get(&seen)
        .await
        .expect(200)
        .shows("replaced")
        .shows("Nothing it knows is the newest version");
    // Others are told no more than that there is no such page.
    let mut eve = site.signed_in("eve@example.org").await;
    eve.get(&seen).await.expect(404);
}
