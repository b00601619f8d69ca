//! Second factors, proofs and tokens for others.

use crate::{dpop, factors};
use oneclaw_server::test_app::TestApp;

#[tokio::test]
async fn line_33_a_login_that_lacks_its_second_factor_says_so() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (phone, _) = factors::enrol(&app, &alice).await;
    let challenge = factors::challenge(&app, "alice@example.com").await;
    let code = phone.code(&app);
    let _ = factors::verify(&app, &challenge, &code).await.expect(200);
}

#[tokio::test]
async fn line_86_both_spellings_of_the_passkey_paths_answer_alike() {
    factors::both_spellings_sign_in().await;
}

#[tokio::test]
async fn line_87_federated_token_takes_json_and_forms() {
    dpop::tokens_for_others_are_given_for_json_and_forms().await;
}

#[tokio::test]
async fn line_88_proofs_are_for_the_public_url_and_other_clients_are_unaffected() {
    dpop::proofs_are_for_the_public_url_and_others_need_none().await;
}
