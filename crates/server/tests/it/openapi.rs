//! The description of the API against the API.

use oneclaw_server::openapi_json;
use oneclaw_server::test_app::TestApp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn described() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

/// Method, path and description of every operation.
pub(crate) fn operations() -> Vec<(String, String, Value)> {
    let document = described();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn the_description_is_stable() {
    assert_eq!(openapi_json(), openapi_json());
    assert!(openapi_json().ends_with("}\n"));
    insta::assert_snapshot!(
        operations()
            .iter()
            .map(|(method, path, operation)| format!(
                "{} {method} {path}",
                operation["operationId"].as_str().unwrap()
            ))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[tokio::test]
async fn the_server_serves_it() {
    let app = TestApp::new().await;
    let served = app.get("/openapi.json", "").await.expect(200);
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.body, openapi_json());
}

#[test]
fn operations_are_where_published_clients_expect_them() {
    let published: Value = serde_json::from_str(include_str!(
        "../../../client/tests/data/published-api.json"
    ))
    .unwrap();
    let ours: BTreeMap<_, _> = operations()
        .into_iter()
        .map(|(method, path, operation)| {
            (
                operation["operationId"].as_str().unwrap().to_owned(),
                format!("{method} {path}"),
            )
        })
        .collect();
    assert_eq!(ours.len(), operations().len(), "operation ids are unique");
    for (id, place) in published["operations"].as_object().unwrap() {
        assert_eq!(ours.get(id).map(String::as_str), place.as_str(), "{id}");
    }
}

#[test]
fn every_operation_says_what_goes_in_and_what_comes_out() {
    for (method, path, operation) in operations() {
        let name = format!("{method} {path}");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|summary| summary.len() > 5),
            "{name}"
        );
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name}"
        );
        let responses = operation["responses"].as_object().unwrap();
        let (fine, refused): (Vec<_>, Vec<_>) = responses
            .iter()
            .partition(|(status, _)| status.as_str() < "400");
        assert!(!fine.is_empty() && refused.len() >= 2, "{name}");
        for (status, response) in fine {
            let has_body = response["content"]
                .as_object()
                .is_some_and(|content| content.values().all(|media| media.get("schema").is_some()));
            assert_eq!(
                has_body,
                status != "204" && status != "303",
                "{name} {status}"
            );
        }
        for (status, response) in refused {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(
                schema, "#/components/schemas/ProblemDetails",
                "{name} {status}"
            );
        }
        let declared: BTreeSet<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let in_path: BTreeSet<_> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(declared, in_path, "{name}");
        let is_public = operation["security"] == Value::Array(Vec::new());
        assert!(is_public || responses.contains_key("401"), "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = described();
    let schemas: BTreeSet<_> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let text = document.to_string();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let reference = reference.split('"').next().unwrap();
        used.insert(
            reference
                .strip_prefix("#/components/schemas/")
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(
        used, schemas,
        "every schema is used, every reference is there"
    );
}

/// A path with something in the place of its parameters.
pub(crate) fn example(path: &str) -> String {
    path.replace("{path}", "a/b")
        .replace("{version}", "1")
        .split('/')
        .map(|part| {
            if part.starts_with('{') {
                crate::NOTHING
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn what_is_described_is_routed_and_nothing_else() {
    let app = TestApp::new().await;
    let mut by_path: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path, _) in operations() {
        by_path.entry(example(&path)).or_default().insert(method);
    }
    for (path, described) in by_path {
        // A method that nobody takes: the answer names those that are routed.
        let answer = app.call("BREW", &path, "", Value::Null).await.expect(405);
        let routed: BTreeSet<_> = answer
            .header("allow")
            .split(", ")
            .filter(|method| *method != "HEAD")
            .map(str::to_owned)
            .collect();
        assert_eq!(routed, described, "{path}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let status = app.call(method, &path, "", Value::Null).await.status;
            assert_eq!(status != 405, described.contains(method), "{method} {path}");
        }
    }
}
