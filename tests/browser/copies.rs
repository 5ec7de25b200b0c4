//! Pages that a browser loads ahead of a visit, keeps after one, or asks for twice; and pages of
//! other sites. What decides here is the browser, so a walk cannot try it.

#![allow(clippy::unwrap_used)]

mod attacks;
mod cookie_rules;
mod running;

use browser::in_chromium;
use harness::{ScratchWorkspace, binary, steps, texts};
use running::{Step, click, count, go_back, messages, status, text, wait_until};
use std::sync::mpsc;
use std::time::Duration;
use thirtyfour::prelude::*;

const WINDOW: (u32, u32) = (640, 800);
const ADDED: &str = "Your note was added.";

/// Signs the guest book without going to the next page, so that the message for it waits.
async fn leave_message(driver: &WebDriver, step: &Step, note: &str) -> WebDriverResult<()> {
    driver.goto(step.at("/guestbook")).await?;
    let sign = "const [note, done] = arguments;
        const options = { method: 'POST', body: new URLSearchParams({ note }), redirect: 'manual' };
        fetch('/sign', options).then(response => done(response.type));";
    let answer = driver.execute_async(sign, vec![note.into()]).await?;
    assert_eq!(answer.json(), "opaqueredirect");
    Ok(())
}

/// Signs the guest book with its form and reads the message.
async fn sign(driver: &WebDriver, step: &Step, note: &str) -> WebDriverResult<()> {
    driver.goto(step.at("/guestbook")).await?;
    driver.find(By::Id("note")).await?.send_keys(note).await?;
    click(driver, "button").await?;
    assert_eq!(messages(driver).await?, [ADDED]);
    Ok(())
}

/// Lets the guest book's page load the home page ahead of a visit, once in each of these ways, and
/// then visits the home page.
async fn visit_after_loading_ahead(ways: &[(&str, &str)]) {
    let step = Step::start("step-flash");
    in_chromium(WINDOW, async |driver| {
        driver.goto(step.at("/")).await?;
        let mut shown = count(driver).await?;
        for (way, script) in ways {
            leave_message(driver, &step, way).await?;
            let answered = step.answers("GET /").len();
            driver.execute(*script, vec![]).await?;
            wait_until("the home page was asked for ahead of a visit", async || {
                step.answers("GET /").len() > answered
            })
            .await;
            assert_eq!(step.answers("GET /").last(), Some(&503), "{way}");

            click(driver, "a[href='/']").await?;
            assert_eq!(status(driver).await?, 200, "{way}");
            assert_eq!(messages(driver).await?, [ADDED], "{way}");
            assert_eq!(count(driver).await?, shown + 1, "{way}");
            driver.refresh().await?;
            assert!(messages(driver).await?.is_empty(), "{way}");
            shown = count(driver).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn prefetched_link_takes_no_message() {
    let link = "const link = document.createElement('link');
        link.rel = 'prefetch';
        link.href = '/';
        document.head.append(link);";
    visit_after_loading_ahead(&[("link", link)]).await;
}

/// Chromium would show a page that came this way at the visit, `no-store` or not.
#[tokio::test]
async fn speculation_rules_take_no_message() {
    let rules = |action: &str| {
        format!(
            "const rules = document.createElement('script');
            rules.type = 'speculationrules';
            const rule = {{ source: 'list', urls: ['/'], eagerness: 'immediate' }};
            rules.textContent = JSON.stringify({{ {action}: [rule] }});
            document.head.append(rules);"
        )
    };
    let (prefetch, prerender) = (rules("prefetch"), rules("prerender"));
    visit_after_loading_ahead(&[("prefetch", &prefetch), ("prerender", &prerender)]).await;
}

/// Chromium drops the pages that it keeps when a cookie that scripts cannot read changes.
#[tokio::test]
async fn back_after_the_session_ended_shows_nothing_of_it() {
    let step = Step::start("step-sessions");
    let shop = Step::start("step-csrf");
    in_chromium(WINDOW, async |driver| {
        for _ in 0..5 {
            driver.goto(step.at("/")).await?;
        }
        assert_eq!(count(driver).await?, 5);
        step.end_sessions();
        driver.goto(step.at("/howdy")).await?;
        assert_eq!(count(driver).await?, 1);
        go_back(driver).await?;
        assert!(text(driver).await?.starts_with("Hi Home View"));
        assert_eq!(count(driver).await?, 2);

        fill_cart(driver, &shop).await?;
        shop.end_sessions();
        driver.goto(shop.at("/")).await?;
        assert_eq!(count(driver).await?, 1);
        go_back(driver).await?;
        assert!(is_cart_empty(driver).await?);
        Ok(())
    })
    .await
    .unwrap();
}

/// Puts tea into the cart, and stays on the shop's page.
async fn fill_cart(driver: &WebDriver, shop: &Step) -> WebDriverResult<()> {
    driver.goto(shop.at("/shop")).await?;
    click(driver, "button[value=add]").await?;
    assert!(!is_cart_empty(driver).await?);
    Ok(())
}

/// Whether the shop's page, on which the browser must be, shows an empty cart.
async fn is_cart_empty(driver: &WebDriver) -> WebDriverResult<bool> {
    let text = text(driver).await?;
    let (_, cart) = text.split_once("Your cart").expect(&text);
    assert!(cart.contains("Your cart is empty.") != cart.contains("Black tea"), "{text}");
    Ok(!cart.contains("Black tea"))
}

/// The solution of the exercise `forget` removes the session and its cookie.
#[tokio::test]
async fn back_after_forget_shows_nothing_of_the_session() {
    let shop = Step::start_program(with_forget());
    in_chromium(WINDOW, async |driver| {
        for _ in 0..5 {
            driver.goto(shop.at("/")).await?;
        }
        assert_eq!(count(driver).await?, 5);
        fill_cart(driver, &shop).await?;
        click(driver, "nav a[href='/guestbook']").await?;
        click(driver, "nav a[href='/shop']").await?;
        click(driver, "form[action='/forget'] button").await?;
        assert!(is_cart_empty(driver).await?);
        let mut shops = 0;
        while driver.current_url().await?.path() != "/" {
            go_back(driver).await?;
            if driver.current_url().await?.path() == "/shop" {
                assert!(is_cart_empty(driver).await?);
                shops += 1;
            }
        }
        assert!(shops > 1, "Back came by the shop {shops} times");
        assert_eq!(count(driver).await?, 1);
        Ok(())
    })
    .await
    .unwrap();
}

/// Builds the step `csrf` with that solution.
fn with_forget() -> std::path::PathBuf {
    let package = "browser-forget";
    let patch = binary::workspace().join("tests/walks/csrf/solutions/forget.patch");
    let patch = std::fs::read_to_string(patch).unwrap();
    let mut texts = steps::renamed("csrf", package).unwrap();
    texts::apply(&patch, &mut texts).unwrap();
    let scratch = ScratchWorkspace::open("browser").unwrap();
    texts::write(&scratch.copy(package), &texts).unwrap();
    scratch.build(package).unwrap()
}

/// Either the browser kept the page in memory, which it may do in spite of `no-store`, and Back
/// shows it as it was; or Back visits the page again. Neither puts the message back into the session.
#[tokio::test]
async fn back_may_show_a_message_again() {
    let step = Step::start("step-flash");
    in_chromium(WINDOW, async |driver| {
        for (note, before_leaving) in
            [("may be kept", ""), ("must not be kept", "addEventListener('unload', () => {})")]
        {
            sign(driver, &step, note).await?;
            let shown = count(driver).await?;
            let answered = step.answers("GET /").len();
            driver.execute(before_leaving, vec![]).await?;
            click(driver, "a[href='/guestbook']").await?;
            let is_restored = go_back(driver).await?;
            println!("{note}: Back shows the page from memory: {is_restored}");

            let visits = if is_restored { 0 } else { 1 };
            assert_eq!(step.answers("GET /").len() - answered, visits);
            assert_eq!(!messages(driver).await?.is_empty(), is_restored);
            assert_eq!(count(driver).await?, shown + visits as u64);
            driver.refresh().await?;
            assert!(messages(driver).await?.is_empty());
            assert_eq!(count(driver).await?, shown + visits as u64 + 1);
        }
        Ok(())
    })
    .await
    .unwrap();
}

/// The store is busy while the second form is sent, so that both are at work at the same time.
/// ChromeDriver's own double click would wait for the first one's page.
#[tokio::test]
async fn double_click_says_only_that_the_note_was_added() {
    let step = Step::start("step-flash");
    in_chromium(WINDOW, async |driver| {
        for milliseconds in (10..=100).step_by(10) {
            driver.goto(step.at("/guestbook")).await?;
            let note = format!("sent twice in {milliseconds} ms");
            driver.find(By::Id("note")).await?.send_keys(&note).await?;
            let lock = keep_busy(&step, Duration::from_millis(300));
            let click_twice = "const button = document.querySelector('button');
                setTimeout(() => button.click());
                setTimeout(() => button.click(), arguments[0]);";
            driver.execute(click_twice, vec![milliseconds.into()]).await?;
            lock.join().unwrap();
            wait_until("the page after the form is there", async || {
                driver.current_url().await.is_ok_and(|url| url.path() == "/")
            })
            .await;
            let read = messages(driver).await?;
            assert!(!read.is_empty() && read.iter().all(|message| message == ADDED), "{read:?}");

            driver.goto(step.at("/guestbook")).await?;
            assert_eq!(text(driver).await?.matches(&note).count(), 1);
        }
        Ok(())
    })
    .await
    .unwrap();
}

/// Lets every request that writes to the store wait, as a slow disk does.
fn keep_busy(step: &Step, time: Duration) -> std::thread::JoinHandle<()> {
    let database = step.database();
    let (begun, has_begun) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        database.execute_batch("BEGIN IMMEDIATE").unwrap();
        begun.send(()).unwrap();
        std::thread::sleep(time);
        database.execute_batch("ROLLBACK").unwrap();
    });
    has_begun.recv().unwrap();
    thread
}
