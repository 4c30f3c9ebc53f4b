//! The authorization server is asked no more in a second than it takes, however long which call
//! is on its way.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use downscope_backend::{
    core::{Exchange, Minted, Secret},
    engine::{Upstream, UpstreamCall},
};
use tokio::time::{Instant, sleep};

use crate::support::{instance_over, recall_everything, request, store};

const LIMIT: usize = 100;
const TOKENS: usize = 1_000;

/// Now and then, whatever is on its way to it is held up.
struct Jammed {
    since: Instant,
    arrivals: Mutex<Vec<Duration>>,
}

const EVERY: u128 = 1_400;
const JAM: u128 = 150;

impl Upstream for Jammed {
    fn exchange<'a>(&'a self, wanted: &'a Exchange) -> UpstreamCall<'a, Minted> {
        Box::pin(std::future::ready(Ok(Minted {
            token: format!("FAKE-{}", wanted.resource).into(),
            expires_in: Some(3_600),
            scope: "a".to_owned(),
            restricted_to: Vec::new(),
        })))
    }

    fn revoke<'a>(&'a self, _: &'a Secret) -> UpstreamCall<'a, ()> {
        Box::pin(async {
            while self.since.elapsed().as_millis() % EVERY < JAM {
                sleep(Duration::from_millis(1)).await;
            }
            self.arrivals.lock().unwrap().push(self.since.elapsed());
            Ok(())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_calls_than_are_taken_though_some_of_them_are_late() {
    let upstream = Arc::new(Jammed {
        since: Instant::now(),
        arrivals: Mutex::default(),
    });
    let engine = instance_over(&store(), Arc::<Jammed>::clone(&upstream));
    engine.change(|settings| settings.revocations_per_second = 100);
    for id in 0..TOKENS {
        let (request, owner) = request(&id.to_string());
        assert!(engine.mint(request, owner, None).await.is_ok());
    }
    let running = engine.run();
    recall_everything(&engine).await;
    sleep(Duration::from_secs(20)).await;
    drop(running);

    let arrivals = upstream.arrivals.lock().unwrap();
    assert_eq!(arrivals.len(), TOKENS);
    let second = Duration::from_secs(1);
    let most = arrivals.iter().enumerate().map(|(first, from)| {
        let later = arrivals.iter().skip(first);
        later.take_while(|at| **at - *from < second).count()
    });
    let most = most.max().unwrap();
    assert!((75..=LIMIT).contains(&most), "{most}");
}
