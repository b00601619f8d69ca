//! Bodies about what an agent got to see.

use super::{Sample, id, sample, time};
use oneclaw_client::exposure::*;
use oneclaw_core::model::exposure::{Kind, Status, Way};
use oneclaw_core::model::share::RecipientType;

pub(super) fn bodies() -> Vec<Sample> {
    let version = ExposureVersion {
        version: 2,
        how: Way::Read,
        times: 3,
        first_at: time(0),
        last_at: time(1),
    };
    let item = |rest: bool| ExposureItem {
        kind: Kind::Secret,
        id: id(1),
        vault_id: rest.then(|| id(2)),
        vault_name: rest.then(|| "prod".to_owned()),
        path: "api-keys/openai".to_owned(),
        status: if rest { Status::Replaced } else { Status::Open },
        newest_seen_version: rest.then_some(2),
        current_version: rest.then_some(3),
        replaced_at: rest.then(|| time(2)),
        versions: vec![version.clone()],
    };
    let share = |rest: bool| ExposureShare {
        id: rest.then(|| id(3)),
        path: "api-keys/openai".to_owned(),
        recipient_type: RecipientType::Creator,
        recipient_id: rest.then(|| id(4)),
        access_count: 1,
        is_open: rest,
        created_at: time(0),
    };
    let all = |rest: bool| AgentExposureResponse {
        agent_id: id(5),
        agent_name: "bot".to_owned(),
        is_active: !rest,
        is_deleted: rest,
        as_of: time(3),
        open: 0,
        items: rest.then(|| item(true)).into_iter().collect(),
        shares: rest.then(|| share(true)).into_iter().collect(),
    };
    vec![
        sample("AgentExposureResponse", &all(false), &all(true)),
        sample("ExposureItem", &item(false), &item(true)),
        sample("ExposureVersion", &version, &version),
        sample("ExposureShare", &share(false), &share(true)),
    ]
}
