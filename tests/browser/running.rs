//! A step that runs for one test, and what a test looks at from outside the browser.

use harness::{Program, ServerCommand, binary};
use rusqlite::Connection;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// A running step. Its log goes to a file in its state folder.
pub struct Step {
    program: Program,
    state: TempDir,
}

impl Step {
    pub fn start(package: &str) -> Self {
        Self::start_program(binary::of_package(package).unwrap())
    }

    pub fn start_program(path: PathBuf) -> Self {
        let state = TempDir::new().unwrap();
        let log = File::create(state.path().join("log")).unwrap();
        let program =
            Program::start(&ServerCommand::program(path), state.path(), log.into()).unwrap();
        Self { program, state }
    }

    pub fn port(&self) -> &str {
        self.program.url.rsplit(':').next().unwrap()
    }

    /// The address of a page, such as `/shop`.
    pub fn at(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port())
    }

    /// The statuses of all answers so far to a request such as `GET /`, the oldest first.
    pub fn answers(&self, request: &str) -> Vec<u16> {
        let (method, path) = request.split_once(' ').unwrap();
        let span = format!("request{{method={method} path={path:?}}}: ");
        let log = fs::read_to_string(self.state.path().join("log")).unwrap();
        let lines = log.lines().filter(|line| line.contains(&span));
        let statuses = lines.filter_map(|line| line.split_once("answered ")?.1.split(' ').next());
        statuses.map(|status| status.parse().unwrap()).collect()
    }

    pub fn database(&self) -> Connection {
        let database = Connection::open(self.state.path().join("sessions.sqlite")).unwrap();
        database.busy_timeout(Duration::from_secs(5)).unwrap();
        database
    }

    /// Ends every session where it is stored. The browser does not learn of it.
    pub fn end_sessions(&self) {
        let ended = self.database().execute("DELETE FROM tower_sessions", []).unwrap();
        assert_ne!(ended, 0, "there is no session to end");
    }
}

/// Waits until something is so, and fails the test if that takes too long.
pub async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("10 seconds later, it is still not so that {what}")
}

/// The text that a visitor reads on the page.
pub async fn text(driver: &WebDriver) -> WebDriverResult<String> {
    driver.find(By::Tag("body")).await?.text().await
}

/// The count on the page.
pub async fn count(driver: &WebDriver) -> WebDriverResult<u64> {
    let text = text(driver).await?;
    let (_, count) = text.split_once("Count: ").expect(&text);
    Ok(count.lines().next().unwrap().parse().expect(&text))
}

/// The messages on the page.
pub async fn messages(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let messages = "return [...document.querySelectorAll('[role=status]')].map(it => it.innerText)";
    driver.execute(messages, vec![]).await?.convert()
}

/// The status that the page came with.
pub async fn status(driver: &WebDriver) -> WebDriverResult<u16> {
    let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
    driver.execute(status, vec![]).await?.convert()
}

/// Presses a link or a button, and waits for the page that it leads to.
pub async fn click(driver: &WebDriver, selector: &str) -> WebDriverResult<()> {
    let element = driver.find(By::Css(selector)).await?;
    mark_page(driver).await?;
    element.click().await?;
    wait_for_other_page(driver).await;
    Ok(())
}

/// Presses the Back button. Says whether the page that comes was kept in the browser's memory (its
/// back/forward cache); otherwise the browser loaded it. The page was left with [`click`].
pub async fn go_back(driver: &WebDriver) -> WebDriverResult<bool> {
    mark_page(driver).await?;
    driver.back().await?;
    wait_for_other_page(driver).await;
    driver.execute("return window.isRestored === true", vec![]).await?.convert()
}

/// Lets the page know that it is being left, and note when it is shown again.
async fn mark_page(driver: &WebDriver) -> WebDriverResult<()> {
    let mark = "window.isLeft = true;
        addEventListener('pageshow', event => {
            window.isLeft = false;
            window.isRestored = event.persisted;
        });";
    driver.execute(mark, vec![]).await?;
    Ok(())
}

async fn wait_for_other_page(driver: &WebDriver) {
    wait_until("the browser is on another page", async || {
        let is_there = "return !window.isLeft && document.readyState === 'complete'";
        let is_there = driver.execute(is_there, vec![]).await;
        is_there.is_ok_and(|is_there| is_there.json() == true)
    })
    .await;
}
