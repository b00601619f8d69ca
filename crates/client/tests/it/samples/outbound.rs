//! Bodies of webhooks and IP rules.

use super::{Sample, id, sample, secret, some, time};
use oneclaw_client::ip_rules::*;
use oneclaw_client::webhooks::*;

pub(super) fn bodies() -> Vec<Sample> {
    let url = "https://hooks.example.com/1claw".to_owned();
    let events = vec!["secret.written".to_owned()];
    let create = |rest: bool| CreateWebhookRequest {
        url: url.clone(),
        events: events.clone(),
        description: rest.then(|| "deploys".to_owned()),
        secret: rest.then(|| secret("a secret of ours")),
    };
    let webhook = |rest: bool| WebhookResponse {
        id: id(1),
        org_id: id(2),
        url: url.clone(),
        events: events.clone(),
        is_active: true,
        description: rest.then(|| "deploys".to_owned()),
        failing_since: rest.then(|| time(1)),
        created_at: time(0),
        updated_at: time(0),
    };
    let created = |rest: bool| WebhookCreatedResponse {
        id: id(1),
        org_id: id(2),
        url: url.clone(),
        events: events.clone(),
        is_active: true,
        description: rest.then(|| "deploys".to_owned()),
        secret: secret("whsec_AAAA"),
        created_at: time(0),
        updated_at: time(0),
    };
    let update = UpdateWebhookRequest {
        url: Some(url.clone()),
        events: Some(events.clone()),
        is_active: Some(false),
        description: some("deploys"),
    };
    let delivery = |rest: bool| WebhookDeliveryResponse {
        id: id(3),
        webhook_id: id(1),
        event: "secret.written".to_owned(),
        status: "queued".to_owned(),
        attempts: 1,
        response_status: rest.then_some(500),
        last_error: rest.then(|| "the host answered 500".to_owned()),
        next_attempt_at: rest.then(|| time(1)),
        created_at: time(0),
        finished_at: rest.then(|| time(2)),
    };
    let deliveries = |rest: bool| WebhookDeliveryListResponse {
        deliveries: rest.then(|| delivery(true)).into_iter().collect(),
    };
    let webhooks = |rest: bool| WebhookListResponse {
        webhooks: rest.then(|| webhook(true)).into_iter().collect(),
    };
    let new_secret = WebhookSecretResponse {
        secret: secret("whsec_AAAA"),
    };
    let new_rule = |rest: bool| CreateIpRuleRequest {
        rule_type: "allow".to_owned(),
        cidr: "203.0.113.0/24".to_owned(),
        label: rest.then(|| "office".to_owned()),
        description: rest.then(|| "office".to_owned()),
        applies_to: rest.then(|| "agents".to_owned()),
    };
    let rule = IpRuleResponse {
        id: id(4),
        org_id: id(2),
        rule_type: "allow".to_owned(),
        cidr: "203.0.113.0/24".to_owned(),
        label: "office".to_owned(),
        applies_to: "all".to_owned(),
        created_by: id(5),
        created_at: time(0),
    };
    let rules = |rest: bool| IpRulesListResponse {
        rules: rest.then(|| rule.clone()).into_iter().collect(),
    };
    vec![
        sample("CreateWebhookRequest", &create(false), &create(true)),
        sample(
            "UpdateWebhookRequest",
            &UpdateWebhookRequest::default(),
            &update,
        ),
        sample("WebhookResponse", &webhook(false), &webhook(true)),
        sample("WebhookCreatedResponse", &created(false), &created(true)),
        sample("WebhookListResponse", &webhooks(false), &webhooks(true)),
        sample("WebhookSecretResponse", &new_secret, &new_secret),
        sample("WebhookDeliveryResponse", &delivery(false), &delivery(true)),
        sample(
            "WebhookDeliveryListResponse",
            &deliveries(false),
            &deliveries(true),
        ),
        sample("CreateIpRuleRequest", &new_rule(false), &new_rule(true)),
        sample("IpRuleResponse", &rule, &rule),
        sample("IpRulesListResponse", &rules(false), &rules(true)),
    ]
}
