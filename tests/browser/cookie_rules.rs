//! Cookie rules that a jar in a test can't judge: only a browser says what it keeps.

use crate::WINDOW;
use crate::running::{Step, count};
use browser::in_chromium;
use thirtyfour::prelude::*;

/// Sends a form as a script does, and doesn't follow the redirect, whose page would begin a session.
async fn post(driver: &WebDriver, path: &str) -> WebDriverResult<()> {
    let script = format!(
        "const done = arguments[0];
        fetch('{path}', {{method: 'POST', redirect: 'manual'}}).then(() => done(''), error => done(String(error)));"
    );
    let error: String = driver.execute_async(script, vec![]).await?.convert()?;
    assert_eq!(error, "");
    Ok(())
}

async fn id(driver: &WebDriver) -> WebDriverResult<Option<String>> {
    let cookies = driver.get_all_cookies().await?;
    let cookie = cookies.into_iter().find(|cookie| cookie.name == "__Host-id");
    Ok(cookie.map(|cookie| cookie.value))
}

/// Visits a program, logs out, and gives the id that the browser still has.
async fn id_after_logout(package: &str) -> Option<String> {
    let site = Step::start(package);
    let mut left = None;
    let visited = in_chromium(WINDOW, async |driver| {
        driver.goto(site.at("/")).await?;
        assert_eq!(count(driver).await?, 1);
        assert!(id(driver).await?.is_some(), "the browser takes the cookie");
        let for_scripts: String =
            driver.execute("return document.cookie", vec![]).await?.convert()?;
        assert_eq!(for_scripts, "");
        post(driver, "/logout").await?;
        left = id(driver).await?;
        Ok(())
    });
    visited.await.unwrap();
    left
}

#[tokio::test]
async fn req_28_browser_takes_the_removal_of_our_cookie() {
    for package in ["step-group-commit", "framework-store-engine"] {
        assert_eq!(id_after_logout(package).await, None, "{package}");
    }
}

/// Its removal has no `Secure`, without which a browser takes no cookie of this name.
#[tokio::test]
async fn browser_ignores_the_removal_of_tower_sessions() {
    assert!(id_after_logout("framework-tower-sessions").await.is_some());
}

#[tokio::test]
async fn browser_goes_on_under_the_new_id() {
    let site = Step::start("framework-store-engine");
    let visited = in_chromium(WINDOW, async |driver| {
        driver.goto(site.at("/")).await?;
        let old = id(driver).await?;
        post(driver, "/rotate").await?;
        assert_ne!(id(driver).await?, old);
        driver.goto(site.at("/howdy")).await?;
        assert_eq!(count(driver).await?, 2);
        Ok(())
    });
    visited.await.unwrap();
}
