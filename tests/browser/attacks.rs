//! Someone else's page sends the shop's form from the visitor's browser.

use crate::running::{Step, click, count};
use crate::{WINDOW, is_cart_empty};
use browser::in_chromium;
use harness::binary;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use thirtyfour::prelude::*;

/// Serves `evil.html`, which sends its form to this shop, and gives the port.
fn serve_evil_page(shop: &Step) -> u16 {
    let page = std::fs::read_to_string(binary::workspace().join("tests/browser/evil.html"));
    let page = page.unwrap().replace("6543", shop.port());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let page = page.clone();
            // A browser also opens connections to have them at hand, and sends nothing there.
            std::thread::spawn(move || answer(connection, &page));
        }
    });
    port
}

fn answer(mut connection: TcpStream, page: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    let _ = connection.read(&mut [0; 8192])?;
    connection.write_all(head.as_bytes())?;
    connection.write_all(page.as_bytes())
}

/// Visits the shop, then presses the button of the evil page that this host serves. Gives the
/// visitor's cookie from before.
async fn fall_for_it(driver: &WebDriver, shop: &Step, host: &str) -> WebDriverResult<Cookie> {
    driver.goto(shop.at("/")).await?;
    assert_eq!(count(driver).await?, 1);
    let cookie = driver.get_named_cookie("id").await?;
    driver.goto(shop.at("/shop")).await?;
    assert!(is_cart_empty(driver).await?);
    let port = serve_evil_page(shop);
    driver.goto(format!("http://{host}:{port}/evil.html")).await?;
    click(driver, "button").await?;
    assert!(driver.current_url().await?.as_str().starts_with(&shop.at("/")));
    assert_eq!(shop.answers("POST /cart").len(), 1);
    Ok(cookie)
}

/// A port does not belong to a site, so `SameSite` lets the cookie come with the form.
#[tokio::test]
async fn page_on_another_port_buys_tea_before_csrf() {
    let shop = Step::start("step-cart");
    in_chromium(WINDOW, async |driver| {
        let cookie = fall_for_it(driver, &shop, "localhost").await?;
        assert_eq!(shop.answers("POST /cart"), [303]);
        driver.goto(shop.at("/shop")).await?;
        assert!(!is_cart_empty(driver).await?);
        assert_eq!(driver.get_named_cookie("id").await?.value, cookie.value);
        driver.goto(shop.at("/")).await?;
        assert_eq!(count(driver).await?, 2);
        Ok(())
    })
    .await
    .unwrap();
}

/// The form comes without the cookie, so the tea goes into a new session. But the browser takes
/// that session's cookie in place of the visitor's, who loses sight of the old session.
#[tokio::test]
async fn page_of_another_site_buys_tea_for_a_stranger() {
    let shop = Step::start("step-cart");
    in_chromium(WINDOW, async |driver| {
        let cookie = fall_for_it(driver, &shop, "127.0.0.1").await?;
        assert_eq!(shop.answers("POST /cart"), [303]);
        assert_ne!(driver.get_named_cookie("id").await?.value, cookie.value);
        driver.goto(shop.at("/shop")).await?;
        assert!(!is_cart_empty(driver).await?);
        driver.goto(shop.at("/")).await?;
        assert_eq!(count(driver).await?, 1);

        // The visitor's own session is as it was.
        driver.delete_all_cookies().await?;
        driver.add_cookie(cookie).await?;
        driver.goto(shop.at("/shop")).await?;
        assert!(is_cart_empty(driver).await?);
        driver.goto(shop.at("/")).await?;
        assert_eq!(count(driver).await?, 2);
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn csrf_step_refuses_the_page_on_another_port() {
    refused_from("localhost").await;
}

#[tokio::test]
async fn csrf_step_refuses_the_page_of_another_site() {
    refused_from("127.0.0.1").await;
}

async fn refused_from(host: &str) {
    let shop = Step::start("step-csrf");
    in_chromium(WINDOW, async |driver| {
        let cookie = fall_for_it(driver, &shop, host).await?;
        assert_eq!(shop.answers("POST /cart"), [403]);
        assert_eq!(driver.get_named_cookie("id").await?.value, cookie.value);
        driver.goto(shop.at("/shop")).await?;
        assert!(is_cart_empty(driver).await?);
        driver.goto(shop.at("/")).await?;
        assert_eq!(count(driver).await?, 2);
        Ok(())
    })
    .await
    .unwrap();
}
