use super::*;
use serde_json::json;

fn config(value: &Value) -> Result<Config, Refused> {
    Config::parse(&value.to_string())
}

fn rails(value: &Value) -> Result<Guardrails, Refused> {
    Guardrails::parse(&value.to_string())
}

fn call(guardrails: &Value, params: Value) -> Result<Call, Refused> {
    let config = config(&json!({ "base_url": "https://api.example.com/v1" })).unwrap();
    let params = serde_json::from_value(params).unwrap();
    Call::prepare(&config, &rails(guardrails).unwrap(), params)
}

fn is_forbidden(result: &Result<Call, Refused>) -> bool {
    matches!(result, Err(Refused::Forbidden(_)))
}

#[test]
fn without_methods_only_reading_is_allowed() {
    for method in ["GET", "get", "HEAD"] {
        assert!(call(&json!({}), json!({ "method": method, "path": "/a" })).is_ok());
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        assert!(
            is_forbidden(&call(&json!({}), json!({ "method": method, "path": "/a" }))),
            "{method}"
        );
    }
    for method in ["TRACE", "CONNECT", "GET ", "PROPFIND", ""] {
        let refused = call(&json!({}), json!({ "method": method, "path": "/a" }));
        assert!(
            matches!(refused, Err(Refused::Malformed { .. })),
            "{method}"
        );
    }
    let posts = json!({ "methods": ["POST"] });
    assert!(call(&posts, json!({ "method": "POST" })).is_ok());
    assert!(is_forbidden(&call(&posts, json!({ "method": "GET" }))));
}

#[test]
fn what_is_not_understood_is_refused() {
    for guardrails in [
        json!({ "allowed_host": ["a"] }),
        json!({ "methods": [] }),
        json!({ "methods": ["TRACE"] }),
        json!({ "allowed_hosts": ["https://a.example"] }),
        json!({ "allowed_paths": ["v1"] }),
        json!({ "allowed_paths": ["/a**"] }),
        json!({ "allowed_paths": [] }),
        json!([]),
    ] {
        assert!(rails(&guardrails).is_err(), "{guardrails}");
    }
    for wrong in [
        json!({}),
        json!({ "base_url": "api.example.com" }),
        json!({ "base_url": "https://a.example/?key=1" }),
        json!({ "base_url": "https://a.example/a//b" }),
        json!({ "base_url": "https://a.example", "auth": { "type": "digest" } }),
        json!({ "base_url": "https://a.example", "auth": { "type": "header", "name": "Host" } }),
        json!({ "base_url": "https://a.example", "headers": { "X-HTTP-Method-Override": "DELETE" } }),
        json!({ "base_url": "https://a.example", "redirects": true }),
        json!({ "base_url": "https://a.example", "timeout_ms": 0 }),
    ] {
        assert!(config(&wrong).is_err(), "{wrong}");
    }
    for wrong in [
        "{}",
        "{\"token\":\"12345678\",\"value\":\"12345678\"}",
        "{\"token\":\"short\"}",
        "{\"password\":\"12345678\"}",
        "[]",
        "{\"key\":\"12345678\"}",
    ] {
        let refused = Credential::parse(wrong).err().unwrap();
        assert!(!refused.to_string().contains("12345678"), "{wrong}");
    }
}

#[test]
fn paths_have_one_spelling() {
    for path in [
        "/../admin",
        "/a/../b",
        "/a/./b",
        "/a//b",
        "/a/%2e%2e/b",
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/a/..;/b",
        "/a?b",
        "/a#b",
        "/%61",
        "/a%00",
        "/a%",
        "/a%zz",
        "/a%252e",
        "/a b",
        "/ä",
        "//evil.example/",
    ] {
        assert!(
            matches!(
                call(&json!({}), json!({ "path": path })),
                Err(Refused::Malformed { .. })
            ),
            "{path}"
        );
    }
    for (path, whole) in [
        ("", "/v1"),
        ("/", "/v1"),
        ("/a", "/v1/a"),
        ("a/b/", "/v1/a/b/"),
        ("/a%20b", "/v1/a%20b"),
        ("/@me", "/v1/@me"),
    ] {
        let call = call(&json!({}), json!({ "path": path })).unwrap();
        assert_eq!(call.url.path(), whole);
        assert_eq!(call.url.host_str(), Some("api.example.com"));
    }
}

#[test]
fn hosts_and_paths_are_kept_within_the_guardrails() {
    for (pattern, path, allowed) in [
        ("/v1/users/*", "/users/7", true),
        ("/v1/users/*", "/users", false),
        ("/v1/users/*", "/users/7/keys", false),
        ("/v1/**", "/users/7/keys", true),
        ("/v1/**/keys", "/users/7/keys", true),
        ("/v1/**/keys", "/users/7/key", false),
        ("/v1/u*s/?", "/users/7", false),
        ("/v1/u*s", "/users", true),
        ("/users/*", "/users/7", false),
    ] {
        let asked = call(
            &json!({ "allowed_paths": [pattern] }),
            json!({ "path": path }),
        );
        assert_eq!(asked.is_ok(), allowed, "{pattern} {path}");
    }
    for (host, allowed) in [
        ("api.example.com", true),
        ("API.example.com", true),
        ("*.example.com", true),
        ("example.com", false),
        ("*.api.example.com", false),
        ("*.ple.com", false),
    ] {
        assert_eq!(
            call(&json!({ "allowed_hosts": [host] }), json!({})).is_ok(),
            allowed,
            "{host}"
        );
    }
}

#[test]
fn a_caller_cannot_choose_what_the_binding_decides() {
    let all = json!({ "methods": ["POST"] });
    for name in [
        "Authorization",
        "Cookie",
        "Host",
        "Accept-Encoding",
        "Range",
        "If-Range",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-HTTP-Method",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Host",
        "Transfer-Encoding",
        "Content-Length",
        "Connection",
        "Proxy-Authorization",
        "X_HTTP_METHOD_OVERRIDE",
        "a b",
        "",
    ] {
        let asked = call(&all, json!({ "method": "POST", "headers": { name: "x" } }));
        assert!(asked.is_err(), "{name}");
    }
    assert!(
        call(
            &all,
            json!({ "method": "POST", "headers": { "X-A": "a\r\nHost: b" } })
        )
        .is_err()
    );
    for params in [
        json!({ "method": "POST", "query": { "_method": "DELETE" } }),
        json!({ "method": "POST", "headers": { "Content-Type": "application/x-www-form-urlencoded" }, "body": "a=1&%5Fmethod=DELETE" }),
        json!({ "method": "POST", "headers": { "Content-Type": "multipart/form-data; boundary=x" }, "body": "--x\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--x--" }),
    ] {
        assert!(call(&all, params.clone()).is_err(), "{params}");
    }
    let call = call(
        &all,
        json!({ "method": "POST", "query": { "q": "a b", "n": [1, true] }, "body": { "a": 1 } }),
    )
    .unwrap();
    assert_eq!(call.url.query(), Some("n=1&n=true&q=a+b"));
    assert_eq!(call.headers["content-type"], "application/json");
    assert_eq!(call.headers["accept-encoding"], "identity");
}

#[test]
fn the_credential_goes_where_it_belongs_and_nowhere_else() {
    let secret = SecretString::from("sk-12345678".to_owned());
    let plain = || call(&json!({}), json!({ "query": { "q": "1" } })).unwrap();
    let header = |auth: Auth, name: &str| {
        plain().with_credential(&auth, &secret).unwrap().headers[name].clone()
    };
    assert_eq!(header(Auth::Bearer, "authorization"), "Bearer sk-12345678");
    let basic = Auth::Basic {
        username: "u".to_owned(),
    };
    assert_eq!(
        header(basic, "authorization"),
        format!("Basic {}", BASE64.encode(b"u:sk-12345678"))
    );
    let own = Auth::Header {
        name: "X-Key".to_owned(),
        prefix: "k ".to_owned(),
    };
    assert_eq!(header(own, "x-key"), "k sk-12345678");
    let query = |name: &str| {
        plain().with_credential(
            &Auth::Query {
                name: name.to_owned(),
            },
            &secret,
        )
    };
    assert_eq!(
        query("key").unwrap().url.query(),
        Some("q=1&key=sk-12345678")
    );
    assert!(query("q").is_err());
    let taken = call(&json!({}), json!({ "headers": { "X-Key": "mine" } })).unwrap();
    let own = Auth::Header {
        name: "X-Key".to_owned(),
        prefix: String::new(),
    };
    assert!(taken.with_credential(&own, &secret).is_err());
}
