use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A form as it was sent: its address, and its fields with a token that is good now.
pub struct SentForm {
    pub action: String,
    pub token: String,
    pub fields: Vec<(String, String)>,
}

/// Why a form was refused and what to do, with the form if it can be sent again.
#[derive(Template, WebTemplate)]
#[template(path = "refusal.html")]
struct RefusalPage {
    reason: &'static str,
    form: Option<SentForm>,
}

pub fn refuse(status: StatusCode, reason: &'static str) -> Response {
    (status, RefusalPage { reason, form: None }).into_response()
}

pub fn offer_again(reason: &'static str, form: SentForm) -> Response {
    (StatusCode::FORBIDDEN, RefusalPage { reason, form: Some(form) }).into_response()
}
