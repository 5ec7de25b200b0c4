//! The steps in a real browser, which enforces what a test's cookie jar does not.

#![allow(clippy::unwrap_used)]

use browser::{console, in_chromium};
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use walks::harness::{Launch, Program, binary};

fn serve(package: &str, state: &TempDir) -> Program {
    let launch = Launch::program(binary::of_package(package).unwrap());
    Program::start(&launch, state.path(), Stdio::null()).unwrap()
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
    let launch = Launch { command, folder, grouped: false };
    Program::start(&launch, state.path(), Stdio::null()).unwrap()
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
async fn copy_of_a_marked_listing_is_clean_code() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((1280, 900), async |driver| {
        driver.goto(format!("{}/02_sessions.html", program.url)).await?;
        let listing = By::XPath("//figure[contains(@class,'listing')][contains(.,'/views.rs')][2]");
        let listing = driver.find(listing).await?;
        let marks = listing.find_all(By::Tag("ins")).await?;
        assert!(!marks.is_empty(), "nothing is marked");
        listing.scroll_into_view().await?;
        driver.action_chain().move_to_element_center(&listing).perform().await?;
        listing.find(By::Css(".clip-button")).await?.click().await?;
        let copied = pasted(driver).await?;
        let source = binary::workspace().join("steps/02_sessions/src/views.rs");
        let source = walks::harness::workshop::without_anchors(&std::fs::read_to_string(source)?);
        assert!(copied.contains("async fn counter(&self)"), "{copied}");
        assert!(source.contains(copied.trim()), "{copied}");
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
async fn no_page_of_the_book_writes_to_the_console() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((390, 844), async |driver| {
        driver.goto(&program.url).await?;
        let pages = "return [...document.querySelectorAll('nav a[href$=\".html\"]')]\
             .map(link => link.href)";
        let pages: Vec<String> = driver.execute(pages, vec![]).await?.convert()?;
        assert!(pages.len() > 6, "{pages:?}");
        for page in pages {
            driver.goto(&page).await?;
            let too_wide = "return document.documentElement.scrollWidth - innerWidth";
            let too_wide: i64 = driver.execute(too_wide, vec![]).await?.convert()?;
            assert!(too_wide <= 0, "{page} is {too_wide} pixels too wide for a phone");
        }
        assert_eq!(console(driver).await?, Vec::<String>::new());
        Ok(())
    })
    .await
    .unwrap();
}

/// The two cookies of real Pyramid, secret `itsaseekreet`, and what is in them.
const VECTORS: [(&str, &str, &str); 2] = [
    (
        "nKzrrdzDs9hiJhwTEMwyv7w_JWuiN_arC9rS4XKHN8QBPV58rSdWsGVHNkHT3v3XaLrJ3HiNMCnOs9dFKSKl5VsxNzM1Njg5NjAwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAxfV0",
        "2025-01-01 00:00:00.000 UTC (1735689600)",
        "{\n  \"counter\": 1\n}",
    ),
    (
        "BIQiQoHPiLYevohVT0ybskeqxtDlSZyJ7mPrHgpytvdb47M78mpMou5rCeei6RvGkJKi5xGHOiU2O3M0c25XfVsxNzM1Njg5NjEwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAyfV0",
        "2025-01-01 00:00:10.000 UTC (1735689610)",
        "{\n  \"counter\": 2\n}",
    ),
];

/// Types a cookie and a secret into the form, presses Enter, and gives what the form says.
async fn decoded(driver: &WebDriver, cookie: &str, secret: &str) -> WebDriverResult<String> {
    let result = driver.find(By::Id("decode-result")).await?;
    for (field, typed) in [("decode-cookie", cookie), ("decode-secret", secret)] {
        let field = driver.find(By::Id(field)).await?;
        field.clear().await?;
        field.send_keys(typed).await?;
    }
    // The form empties its result before it works on it.
    driver.execute("document.getElementById('decode-result').value = ''", vec![]).await?;
    driver.find(By::Id("decode-secret")).await?.send_keys(Key::Enter + "").await?;
    for _ in 0..100 {
        let said = result.text().await?;
        if !said.is_empty() {
            return Ok(said);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the form says nothing about {cookie}")
}

#[tokio::test]
async fn pasted_cookie_is_decoded_in_the_page() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((1280, 900), async |driver| {
        let page = format!("{}/decode_a_cookie.html", program.url);
        driver.goto(&page).await?;
        driver.find(By::Id("decode-example")).await?.click().await?;
        assert_eq!(
            driver.find(By::Id("decode-cookie")).await?.value().await?.unwrap(),
            VECTORS[0].0
        );

        for (cookie, accessed, state) in VECTORS {
            let said = decoded(driver, cookie, "itsaseekreet").await?;
            assert!(said.contains("107 octets: 64 of signature, 43 of JSON. Verified"), "{said}");
            assert_eq!(text(driver, "#decode-accessed").await?, accessed);
            assert_eq!(
                text(driver, "#decode-created").await?,
                "2025-01-01 00:00:00.250 UTC (1735689600.25)"
            );
            assert_eq!(text(driver, "#decode-state").await?, state);
            assert_eq!(text(driver, "#decode-signature").await?.len(), 128);
            let header = format!("Set-Cookie: theme=dark; session={cookie}; Path=/; SameSite=Lax");
            let said = decoded(driver, &header, "another").await?;
            assert!(said.contains("Not verified: this secret did not make"), "{said}");
            let said = decoded(driver, cookie, "").await?;
            assert!(said.contains("no secret was typed"), "{said}");
        }

        let vector = VECTORS[0].0;
        let sealed = format!("AQ{}", "x".repeat(100));
        for (cookie, sentence) in [
            ("", "Paste the value"),
            ("Guten Tag!", "“!” is not among"),
            ("Hello", "base64 never has 5 characters"),
            ("HelloHello", "it decodes to 7 octets"),
            (&vector[..vector.len() - 6], "cut off"),
            (&sealed, "sealed cookie"),
        ] {
            let said = decoded(driver, cookie, "itsaseekreet").await?;
            assert!(said.contains(sentence), "{cookie}: {said}");
            assert!(!driver.find(By::Id("decode-parts")).await?.is_displayed().await?);
        }

        // The book's own keys are letters while somebody types.
        let field = driver.find(By::Id("decode-secret")).await?;
        field.send_keys("s?/" + Key::Right).await?;
        assert_eq!(field.value().await?.unwrap(), "itsaseekreets?/");
        assert_eq!(driver.current_url().await?.as_str(), page);

        driver
            .execute("Object.defineProperty(crypto, 'subtle', { value: undefined })", vec![])
            .await?;
        let said = decoded(driver, vector, "itsaseekreet").await?;
        assert!(said.contains("Cannot verify here"), "{said}");

        let asked =
            "return performance.getEntriesByType('resource').map(entry => entry.initiatorType)";
        let asked: Vec<String> = driver.execute(asked, vec![]).await?.convert()?;
        assert!(!asked.iter().any(|by| by == "fetch" || by == "xmlhttprequest"), "{asked:?}");
        assert_eq!(console(driver).await?, Vec::<String>::new());
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
        assert_eq!(quantity().await?, "2");
        Ok(())
    })
    .await
    .unwrap();
}
