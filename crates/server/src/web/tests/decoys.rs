//! Decoys on the pages: laid out, tripped, and what the human sees then.

use super::browser::Site;
use super::furniture::OWNER;

#[tokio::test]
async fn a_decoy_is_laid_out_tripped_and_taken_away() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let server = &site.server;
    let owner = server.sign_in(OWNER).await;
    let vault = server.create_vault(&owner.token, "prod").await;
    let _ = server.put(&owner.token, &vault, "aws/root", "bait").await;
    let agent = server.create_agent(&owner, "bot").await;
    server.allow(&owner, &vault, &agent, "**", &["read"]).await;
    ana.get("/decoys").await.expect(200).shows("No decoys");
    let page = format!("/vaults/{vault}/secrets/aws/root");
    ana.get(&page).await.expect(200).shows("Make it a decoy");
    let form = format!("/vaults/{vault}/decoy");
    ana.submit(&page, &form, &[]).await.redirects_to(&page);
    ana.get(&page)
        .await
        .expect(200)
        .shows("laid out")
        .shows("read 0 times");

    let _ = server
        .read(&agent.token, &vault, "aws/root")
        .await
        .expect(200);
    let caught = format!("/agents/{}", agent.id);
    ana.get(&caught)
        .await
        .expect(200)
        .shows("because it read the decoy")
        .shows("aws/root");
    let list = ana
        .get("/decoys")
        .await
        .expect(200)
        .shows("agent stopped")
        .shows("1 time");
    assert!(
        list.body.contains(&format!("/agents/{}/seen", agent.id)),
        "{}",
        list.body
    );
    // A value is on none of these pages.
    assert!(!list.body.contains("bait"), "{}", list.body);
    ana.submit(&caught, &format!("{caught}/activate"), &[])
        .await
        .redirects_to(&caught);
    assert!(
        !ana.get(&caught)
            .await
            .expect(200)
            .body
            .contains("because it read the decoy")
    );

    let form = list_form(&ana.get(&page).await.expect(200).body);
    ana.submit(&page, &form, &[]).await.redirects_to("/decoys");
    ana.get(&page).await.expect(200).shows("Make it a decoy");
}

/// The address of the form that takes the decoy away.
fn list_form(body: &str) -> String {
    let (_, rest) = body.split_once("action=\"/decoys/").unwrap();
    format!("/decoys/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn others_are_told_of_no_decoy() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let server = &site.server;
    let owner = server.sign_in(OWNER).await;
    let vault = server.create_vault(&owner.token, "prod").await;
    let _ = server.put(&owner.token, &vault, "aws/root", "bait").await;
    let page = format!("/vaults/{vault}/secrets/aws/root");
    ana.submit(&page, &format!("/vaults/{vault}/decoy"), &[])
        .await
        .redirects_to(&page);
    let mut eve = site.signed_in("eve@example.org").await;
    eve.get(&page).await.expect(404);
    eve.get("/decoys").await.expect(200).shows("No decoys");
}
