//! The steps in a real browser, which enforces what a test's cookie jar does not.

#![allow(clippy::unwrap_used)]

mod decoder;
mod pages;

use browser::{console, in_chromium};
use harness::{Needs, Program, ServerCommand, binary};
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use thirtyfour::prelude::*;

fn serve(package: &str, state: &TempDir) -> Program {
    let command = ServerCommand::program(binary::of_package(package).unwrap());
    Program::start(&command, state.path(), Stdio::null()).unwrap()
}

async fn text(driver: &WebDriver, selector: &str) -> WebDriverResult<String> {
    driver.find(By::Css(selector)).await?.text().await
}

#[tokio::test]
async fn count_goes_on_in_a_browser_after_a_restart() {
    let state = TempDir::new().unwrap();
    let program = serve("step-sessions", &state);
    in_chromium((640, 400), async |driver| {
        driver.goto(&program.url).await?;
        assert_eq!(text(driver, "p").await?, "Count: 1");
        driver.refresh().await?;
        assert_eq!(text(driver, "p").await?, "Count: 2");
        driver.goto(format!("{}/howdy", program.url)).await?;
        assert_eq!(text(driver, "h1").await?, "Hi Hello View");
        assert_eq!(text(driver, "p").await?, "Count: 3");

        program.kill().unwrap();
        let program = serve("step-sessions", &state);
        driver.goto(&program.url).await?;
        assert_eq!(text(driver, "p").await?, "Count: 4");

        let readable = driver.execute("return document.cookie", vec![]).await?;
        assert_eq!(readable.json(), "", "a script can read the cookie");
        let cookie = driver.get_named_cookie("id").await?;
        assert_eq!((cookie.secure, cookie.path.as_deref()), (Some(true), Some("/")));
        take_picture(driver).await
    })
    .await
    .unwrap();
}

/// The README's picture: `just picture` says where it goes.
async fn take_picture(driver: &WebDriver) -> WebDriverResult<()> {
    match std::env::var_os("PICTURE") {
        Some(file) => driver.screenshot(Path::new(&file)).await,
        None => Ok(()),
    }
}

#[tokio::test]
async fn pages_write_nothing_to_the_console() {
    let state = TempDir::new().unwrap();
    let program = serve("step-sessions", &state);
    in_chromium((640, 400), async |driver| {
        for path in ["/", "/howdy"] {
            driver.goto(format!("{}{path}", program.url)).await?;
        }
        // A browser asks for this file by itself, and a step has none.
        let mut console = console(driver).await?;
        console.retain(|entry| !entry.contains("/favicon.ico"));
        assert_eq!(console, Vec::<String>::new());
        Ok(())
    })
    .await
    .unwrap();
}

/// The book, served as a reader does it, and the page of a chapter.
fn serve_the_book(state: &TempDir) -> Program {
    let weave = binary::of_package("weave").unwrap();
    let command = vec![weave.into(), "--port".into(), "0".into()];
    let folder = Some(binary::workspace().to_owned());
    let command = ServerCommand { words: command, folder, grouped: false, needs: Needs::Nothing };
    Program::start(&command, state.path(), Stdio::null()).unwrap()
}

/// Copies a listing with its button, and gives what is on the clipboard then.
async fn copied(driver: &WebDriver, listing: &WebElement) -> WebDriverResult<String> {
    listing.scroll_into_view().await?;
    driver.action_chain().move_to_element_center(listing).perform().await?;
    listing.find(By::Css(".clip-button")).await?.click().await?;
    pasted(driver).await
}

/// What is on the clipboard: it is pasted into a field, as only a visitor may do.
async fn pasted(driver: &WebDriver) -> WebDriverResult<String> {
    let field = "const field = document.createElement('textarea'); field.id = 'pasted'; \
         document.querySelector('main').append(field); field.focus();";
    driver.execute(field, vec![]).await?;
    let field = driver.find(By::Id("pasted")).await?;
    field.send_keys(Key::Control + "v").await?;
    field.prop("value").await.map(Option::unwrap_or_default)
}

#[tokio::test]
async fn copy_of_a_marked_listing_is_the_finished_code() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((1280, 900), async |driver| {
        driver.goto(format!("{}/02_sessions.html", program.url)).await?;
        let listing = By::XPath("//figure[contains(@class,'listing')][contains(.,'/views.rs')][2]");
        let listing = driver.find(listing).await?;
        for mark in ["ins", "del"] {
            assert!(!listing.find_all(By::Tag(mark)).await?.is_empty(), "there is no {mark}");
        }
        let copied = copied(driver, &listing).await?;
        let source = binary::workspace().join("steps/02_sessions/src/views.rs");
        let source = harness::texts::without_anchors(&std::fs::read_to_string(source)?);
        assert!(copied.contains("async fn counter(&self)"), "{copied}");
        assert!(source.contains(copied.trim_end()), "{copied}");
        // They are hidden for as long as the button reads, and no longer.
        assert!(listing.find(By::Tag("del")).await?.is_displayed().await?);
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn theme_switch_changes_the_look_and_is_remembered() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((1280, 900), async |driver| {
        driver.goto(&program.url).await?;
        let background = "return getComputedStyle(document.documentElement).backgroundColor";
        let light = driver.execute(background, vec![]).await?.json().to_string();
        driver.find(By::Id("mdbook-theme-toggle")).await?.click().await?;
        driver.find(By::Id("mdbook-theme-navy")).await?.click().await?;
        let dark = driver.execute(background, vec![]).await?.json().to_string();
        assert_ne!(light, dark);
        driver.goto(format!("{}/glossary.html", program.url)).await?;
        assert_eq!(driver.execute(background, vec![]).await?.json().to_string(), dark);
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn cart_stands_reload_back_and_forward() {
    let state = TempDir::new().unwrap();
    let program = serve("step-csrf", &state);
    in_chromium((640, 800), async |driver| {
        driver.goto(format!("{}/shop", program.url)).await?;
        driver.find(By::Css("button[value=add]")).await?.click().await?;
        let quantity = "return document.querySelector('input[name=quantity]')?.value ?? 'none'";
        let quantity = async || driver.execute(quantity, vec![]).await?.convert::<String>();
        assert_eq!(quantity().await?, "1");
        // A page that a POST answered would ask here whether to send the form again.
        driver.refresh().await?;
        assert_eq!(quantity().await?, "1");
        driver.goto(&program.url).await?;
        driver.back().await?;
        assert!(driver.current_url().await?.path().ends_with("/shop"));
        assert_eq!(quantity().await?, "1");
        driver.refresh().await?;
        assert_eq!(quantity().await?, "1");
        driver.forward().await?;
        driver.back().await?;
        driver.find(By::Css("button[value=add]")).await?.click().await?;
        // The driver does not wait for the answer to a click on a page from the browser's history.
        for _ in 0..50 {
            if quantity().await? == "2" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(quantity().await?, "2");
        Ok(())
    })
    .await
    .unwrap();
}
