//! Keys are turned in mid-run, and no handle fails.

use std::fs;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Failure, Outcome, World};

/// 32 bytes each, in base64url.
const OLD: &str = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w";
const NEW: &str = "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU";

async fn turn(world: &World, file: &std::path::Path, keys: &str, message: &str) -> Outcome {
    let count = || {
        let lines = world.service.lines();
        lines
            .iter()
            .filter(|line| line["message"] == message)
            .count()
    };
    let before = count();
    fs::write(file, keys)?;
    world.service.signal(Signal::HUP)?;
    // The next such line, and not one of before.
    world.service.line(|_| count() > before).await?;
    Ok(())
}

async fn handle(world: &World) -> Result<String, Failure> {
    let answer = world.page("who=alice-1").mint().await?;
    answer.text("revocation_handle")
}

#[tokio::test]
async fn a_key_is_turned_in_mid_run_and_no_handle_fails() -> Outcome {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("keys");
    fs::write(&file, OLD)?;
    let path = file.to_string_lossy();
    let world = World::new(&[("keys.ring_file", &path), ("tokens.handles", "sealed")]).await?;
    let page = world.page("who=alice-1");
    let (first, second) = (handle(&world).await?, handle(&world).await?);

    let read_again = "the keys were read again";
    turn(&world, &file, &format!("{NEW}\n{OLD}\n"), read_again).await?;
    assert_eq!(page.revoke(&[("handle", &first)]).await?, 204);
    let third = handle(&world).await?;
    // The key that sealed it stands in front.
    assert_eq!(first.get(..4), second.get(..4));
    assert_ne!(first.get(..4), third.get(..4));

    // What is no ring changes nothing.
    let failed = "the keys cannot be read, and stay as they were";
    turn(&world, &file, "FAKE-short", failed).await?;
    assert!(!world.service.log().contains("FAKE-short"));
    assert_eq!(page.revoke(&[("handle", &second)]).await?, 204);

    turn(&world, &file, NEW, read_again).await?;
    assert_eq!(page.revoke(&[("handle", &third)]).await?, 204);
    assert_eq!(world.server.alive(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_request_that_comes_again_after_the_turn_gets_the_same_token() -> Outcome {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("keys");
    fs::write(&file, OLD)?;
    let path = file.to_string_lossy();
    let world = World::new(&[("keys.ring_file", &path)]).await?;
    let page = world.page("who=alice-1");
    let wanted = json!({ "resource": "https://api.example/files/1", "scope": "read", "id": "7" });
    let token = page.mint_with(wanted.clone()).await?.text("access_token")?;
    let read_again = "the keys were read again";
    turn(&world, &file, &format!("{NEW},{OLD}"), read_again).await?;
    assert_eq!(page.mint_with(wanted).await?.text("access_token")?, token);
    Ok(())
}
