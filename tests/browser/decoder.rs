//! The form that decodes a cookie.

use crate::{serve_the_book, text};
use browser::{console, in_chromium};
use tempfile::TempDir;
use thirtyfour::prelude::*;

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

/// Cookies of the steps, secret `itsaseekreet`: what the form calls them, when they were last used, and
/// what is in them. The first is of 05a, which keeps no times.
const OF_STEPS: [(&str, &str, &str, &str); 2] = [
    (
        "sm6w-WodIdI2YwpIbKYVKy8QNR-sUa20eNbLCydoDjV7ImNvdW50ZXIiOjF9",
        "step 05a, 05b or 05b2, 45 octets: 32 of signature, 13 of JSON. Verified",
        "",
        "{\n  \"counter\": 1\n}",
    ),
    (
        "QOScOcVJbUF8pZpe4Rli5IvduUZ2Kz9N4eg82gCFTy9bMTczNTY4OTYxMCwxNzM1Njg5NjAwLHsiY291bnRlciI6Mn1d",
        "step 05c or 05d, 69 octets: 32 of signature, 37 of JSON. Verified",
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

        for (cookie, sentence, accessed, state) in OF_STEPS {
            let said = decoded(driver, cookie, "itsaseekreet").await?;
            assert!(said.contains(sentence), "{said}");
            // A part that is hidden has no text.
            assert_eq!(text(driver, "#decode-accessed").await?, accessed);
            assert_eq!(text(driver, "#decode-state").await?, state);
            assert_eq!(text(driver, "#decode-signature").await?.len(), 64);
            let said = decoded(driver, cookie, "another").await?;
            assert!(said.contains("Not verified: this secret did not make"), "{said}");
        }

        let vector = VECTORS[0].0;
        let sealed = format!("AQ{}", "x".repeat(100));
        for (cookie, sentence) in [
            ("", "Paste the value"),
            ("Guten Tag!", "“!” is not among"),
            ("Hello", "base64 never has 5 characters"),
            ("HelloHello", "it decodes to 7 octets"),
            (&vector[..vector.len() - 6], "cut off"),
            (&OF_STEPS[0].0[..52], "cut off"),
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
