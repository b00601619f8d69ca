//! Bodies of assistants that connect by OAuth.

use super::{Sample, id, sample, time};
use oneclaw_client::oauth::*;

pub(super) fn bodies() -> Vec<Sample> {
    let redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
    let create = CreateOauthClientRequest {
        client_name: "Editor".to_owned(),
        redirect_uris: redirect_uris.clone(),
    };
    let client = |rest: bool| OauthClientResponse {
        client_id: id(1),
        client_name: "Editor".to_owned(),
        redirect_uris: redirect_uris.clone(),
        created_by: rest.then(|| id(2)),
        created_at: time(0),
    };
    let clients = |rest: bool| OauthClientListResponse {
        clients: rest.then(|| client(true)).into_iter().collect(),
    };
    let grant = OauthGrantResponse {
        id: id(3),
        agent_id: id(4),
        agent_name: "my editor".to_owned(),
        client_id: "https://editor.example.com/client.json".to_owned(),
        client_name: "Editor".to_owned(),
        sent_to: "127.0.0.1".to_owned(),
        scopes: vec!["names:read".to_owned()],
        granted_by: id(2),
        created_at: time(0),
        expires_at: time(2),
        last_used_at: time(1),
    };
    let grants = |rest: bool| OauthGrantListResponse {
        grants: rest.then(|| grant.clone()).into_iter().collect(),
    };
    vec![
        sample("CreateOauthClientRequest", &create, &create),
        sample("OauthClientResponse", &client(false), &client(true)),
        sample("OauthClientListResponse", &clients(false), &clients(true)),
        sample("OauthGrantResponse", &grant, &grant),
        sample("OauthGrantListResponse", &grants(false), &grants(true)),
    ]
}
