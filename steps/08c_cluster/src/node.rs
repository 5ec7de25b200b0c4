use std::env;
use std::sync::LazyLock;

/// The name of this node: what the environment says as NODE, or `local`.
pub fn name() -> &'static str {
    static NAME: LazyLock<String> =
        LazyLock::new(|| env::var("NODE").unwrap_or_else(|_| "local".to_owned()));
    &NAME
}
