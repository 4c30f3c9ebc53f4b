//! A cluster, of one node: that each script stays within one slot it sees to as one of many.

use downscope_backend::{
    core::{Class, Limits, Recall, RecallScope},
    store::{Store, redis::Settings},
};

use super::{Server, connect, mint, run};
use crate::{bench::ok, words::*};

#[test]
fn no_script_leaves_its_slot() {
    run(|| async {
        let server = Server::start(&["--cluster-enabled", "yes"]);
        let _: String = server
            .ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"])
            .await;
        loop {
            let info: String = server.ask(&["CLUSTER", "INFO"]).await;
            if info.contains("cluster_state:ok") {
                break;
            }
            tokio::task::yield_now().await;
        }
        let settings = Settings {
            shards: 4,
            ..Settings::default()
        };
        let store = connect(&server, &settings).await;
        for page in ["p1", "p2", "p3", "p4", "p5", "p6"] {
            ok(store.heartbeat(&alive(page))).await;
            mint(&store, page, "1").await;
            mint(&store, page, "2").await;
            ok(store.begin(&request(page, "3"))).await;
            ok(store.abandon(page, &key(page, "3"), 0)).await;
            ok(store.withdraw(&pending(page, &["1", "9"]))).await;
            let keys = [key(page, "1"), key(page, "2")];
            assert_eq!(ok(store.fates(page, &keys)).await.len(), 2);
        }
        let named = tokens(None, &[token("p1", "2"), token("p2", "2")]);
        assert_eq!(ok(store.withdraw(&named)).await.works.len(), 2);
        let items = ["a", "b", "c"].map(|text| listed(text, Class::Unknown, LIFE));
        assert_eq!(ok(store.enlist(&enlist(items.to_vec()))).await.due, 3);
        assert_eq!(ok(store.claim(&EVERYTHING_UNKNOWN)).await.len(), 3);
        ok(store.recall(&recall(RecallScope::All, Recall::All))).await;
        let (_, told) = ok(store.told_since(0)).await;
        assert_eq!(told.len(), 6);
        let works = ok(store.claim(&EVERYTHING)).await;
        ok(store.done(&works[..1])).await;
        let rest = works.into_iter().skip(1).map(|work| (work, 1));
        ok(store.retry(&rest.collect::<Vec<_>>())).await;
        ok(store.lapse(TERM, 10, &Limits::default())).await;
        assert_eq!(ok(store.stats()).await.leases, 6);
    });
}
