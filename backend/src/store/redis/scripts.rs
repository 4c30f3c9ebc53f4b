//! The scripts, as `contract/store` has them: each is its first line, the parts that it
//! follows, and the rest.

use super::wire::Script;

const PRELUDE: &str = include_str!("lua/prelude.lua");
const SESSIONS: &str = include_str!("lua/sessions.lua");
const WORK: &str = include_str!("lua/work.lua");

/// One of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Name {
    Abandon,
    Admit,
    Begin,
    Claim,
    Done,
    Enlist,
    Fates,
    Heartbeat,
    Init,
    Lapse,
    Recall,
    Retry,
    Say,
    Stats,
    Told,
    Withdraw,
    /// Not a script of the contract: that it is there says that the server has not been
    /// started again.
    Witness,
}

/// The scripts of one shard.
///
/// A server that is started again has lost its scripts, and may have lost what it was told
/// last. So the one that says whether nothing is missing begins with the shard's name:
/// nobody else loads it, and who finds it gone looks for the witness, which begins so too
/// and stays the same from one version of this crate to the next.
#[derive(Debug)]
pub(super) struct Scripts(Vec<(Name, Script)>);

impl Scripts {
    pub(super) fn new(shard: &str) -> Self {
        let own = format!("-- {shard}\n");
        let witness = format!("{own}return redis.status_reply('OK')\n");
        let script = |name, text: &str, parts: &[&str]| {
            let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
            let text = [first, "\n", PRELUDE, &parts.concat(), rest].concat();
            (name, Script::new(&text))
        };
        macro_rules! scripts {
            ($($name:ident $file:literal $parts:expr;)*) => {
                vec![$(script(Name::$name, include_str!(concat!("lua/", $file, ".lua")), $parts),)*]
            };
        }
        let mut all = scripts! {
            Abandon "abandon" &[];
            Admit "admit" &[];
            Begin "begin" &[SESSIONS];
            Claim "claim" &[WORK];
            Done "done" &[];
            Enlist "enlist" &[WORK];
            Fates "fates" &[];
            Heartbeat "heartbeat" &[SESSIONS];
            Init "init" &[];
            Lapse "lapse" &[SESSIONS];
            Recall "recall" &[];
            Retry "retry" &[];
            Say "say" &[];
            Stats "stats" &[];
            Told "told" &[];
            Withdraw "withdraw" &[WORK, &own];
        };
        all.push((Name::Witness, Script::new(&witness)));
        Self(all)
    }

    /// By which name the server has it.
    pub(super) fn hash(&self, name: Name) -> &str {
        let found = self.0.iter().find(|(own, _)| *own == name);
        found.map_or("", |(_, script)| script.get_hash())
    }

    /// Each of them, to be loaded in this order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Name, &Script)> {
        self.0.iter().map(|(name, script)| (*name, script))
    }
}
