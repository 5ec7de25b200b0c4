//! Every page of the book: what axe-core finds, what scrolls, what is written to the console.

use crate::{serve_the_book, text};
use browser::{console, in_chromium};
use harness::binary;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// Finds faults in how a page can be reached and read; `just test-browser` installs it.
fn axe() -> String {
    let file = binary::workspace().join("target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("cannot read {} ({error}): run `just test-browser`", file.display())
    })
}

const VIOLATIONS: &str = "const done = arguments[0];
    axe.run().then(result => done(result.violations.flatMap(violation => violation.nodes.map(
        node => `${violation.id}: ${node.html.slice(0, 200)}`))));";

/// The names of the regions that scroll sideways, and of those for which there is no need: without
/// the code that is too wide, or with room for all of their text.
const SCROLLING: &str = "
    const regions = [...document.querySelectorAll('main, main *')].filter(region =>
        /auto|scroll/.test(getComputedStyle(region).overflowX)
        && region.scrollWidth > region.clientWidth);
    const end = region => {
        const texts = document.createTreeWalker(region, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        let end = 0;
        while (texts.nextNode()) {
            range.selectNodeContents(texts.currentNode);
            for (const box of range.getClientRects()) end = Math.max(end, box.right);
        }
        return end + parseFloat(getComputedStyle(region).paddingRight);
    };
    const fits = region => end(region) <= region.getBoundingClientRect().left + region.clientWidth;
    return regions.filter(region => region.tagName !== 'CODE' || fits(region))
        .map(region => region.outerHTML.slice(0, 200));";

/// The pages that the sidebar names.
async fn pages(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let pages =
        "return [...document.querySelectorAll('nav a[href$=\".html\"]')].map(link => link.href)";
    let pages: Vec<String> = driver.execute(pages, vec![]).await?.convert()?;
    assert!(pages.len() > 6, "{pages:?}");
    Ok(pages)
}

/// Looks at every page in a window of this width and in this theme.
async fn look(width: u32, theme: &str) {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    let axe = axe();
    in_chromium((width, 900), async |driver| {
        driver.goto(&program.url).await?;
        let inner = driver.execute("return innerWidth", vec![]).await?.convert::<u32>()?;
        assert_eq!(inner, width);
        let dress = format!("localStorage.setItem('mdbook-theme', '{theme}')");
        driver.execute(dress, vec![]).await?;
        for page in pages(driver).await? {
            driver.goto(&page).await?;
            let wears = "return document.documentElement.className";
            let wears: String = driver.execute(wears, vec![]).await?.convert()?;
            assert!(wears.contains(theme), "{page}: {wears}");
            driver.execute(&axe, vec![]).await?;
            let found = driver.execute_async(VIOLATIONS, vec![]).await?;
            assert_eq!(found.convert::<Vec<String>>()?, Vec::<String>::new(), "{page}");
            let scrolling = driver.execute(SCROLLING, vec![]).await?;
            assert_eq!(scrolling.convert::<Vec<String>>()?, Vec::<String>::new(), "{page}");
            let too_wide = "return document.documentElement.scrollWidth - innerWidth";
            let too_wide: i64 = driver.execute(too_wide, vec![]).await?.convert()?;
            assert!(too_wide <= 0, "{page} is {too_wide} pixels too wide");
        }
        assert_eq!(console(driver).await?, Vec::<String>::new());
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn every_page_is_in_order_on_a_screen() {
    look(1400, "light").await;
}

#[tokio::test]
async fn every_page_is_in_order_in_the_dark() {
    look(1400, "navy").await;
}

#[tokio::test]
async fn every_page_is_in_order_on_a_phone() {
    look(360, "navy").await;
}

#[tokio::test]
async fn wide_code_is_scrolled_with_the_keyboard() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((360, 800), async |driver| {
        driver.goto(format!("{}/02_sessions.html", program.url)).await?;
        let code = driver.find(By::Css("figure.listing code[tabindex='0'][role=group]")).await?;
        let label = code.attr("aria-label").await?.unwrap();
        assert!(label.starts_with("Code of my/sessions/"), "{label}");
        code.send_keys(Key::Right + "").await?;
        for _ in 0..100 {
            let moved = "return arguments[0].scrollLeft > 0";
            if driver.execute(moved, vec![code.to_json()?]).await?.convert()? {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the arrow key does not move the code")
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn sidebar_has_the_steps_numbers() {
    let state = TempDir::new().unwrap();
    let program = serve_the_book(&state);
    in_chromium((1400, 900), async |driver| {
        driver.goto(&program.url).await?;
        let sidebar = text(driver, "#mdbook-sidebar").await?;
        for title in ["02 Sessions", "03a A guest book"] {
            assert!(sidebar.lines().any(|line| line == title), "{sidebar}");
        }
        Ok(())
    })
    .await
    .unwrap();
}
