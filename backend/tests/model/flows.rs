//! Requests under way: a machine of the core, and the step that it takes next.

use downscope_backend::core::{
    Chance, Claim, Class, Handles, KeyRing, LeaseTerms, Limits, Mint, MintEvent, MintStep, Minting,
    Owner, RequestName, Revocation, RevocationEvent, RevocationStep, RevokeRequest, Revoking,
    Secret, TokenRequest,
};

/// A request under way.
pub(crate) enum Flow {
    Mint {
        mint: Box<Mint>,
        step: MintStep,
        name: (u8, u8),
    },
    Revoke {
        revocation: Box<Revocation>,
        step: RevocationStep,
        session: u8,
        /// Requests that it is about.
        pending: Vec<u8>,
        whole: bool,
        /// Tokens that it names, as the authorization server knows them.
        tokens: Vec<String>,
        /// When it was taken over.
        at: Option<u64>,
    },
}

pub(crate) fn session_name(session: u8) -> String {
    format!("session-of-this-model-{session}")
}

pub(crate) fn owner() -> Owner {
    Owner {
        user: "anna".to_owned(),
        sign_in: "1".to_owned(),
    }
}

fn limits() -> Limits {
    Limits {
        // Few, so that their ends are met.
        named_tombstones: 2,
        named_by_strangers: 1,
        ..Limits::default()
    }
}

pub(crate) fn mint(session: u8, id: u8, number: u64, ring: &KeyRing, handles: u8) -> Flow {
    let request = TokenRequest {
        name: RequestName {
            session: session_name(session),
            id: id.to_string(),
        },
        resource: "urn:example:file".to_owned(),
        scopes: vec!["a".to_owned()],
        lease: false,
    };
    let minting = Minting {
        handles: match handles {
            0 => Handles::None,
            1 => Handles::Short,
            _ => Handles::Sealed,
        },
        lease: LeaseTerms::default(),
        require_lease: false,
        untold_life: 3_600_000,
        limits: limits(),
    };
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    let mut other = nonce;
    other[11] = 1;
    let chance = Chance {
        key: Secret::from(format!("key-{number}")),
        handle: Secret::from(format!("handle-{number}")),
        nonces: [nonce, other],
        unix_now: 1_000,
    };
    let mut mint = Box::new(Mint::new(
        request,
        owner(),
        None,
        minting,
        ring.clone(),
        chance,
    ));
    let step = mint.next(MintEvent::Start);
    let name = (session, id);
    Flow::Mint { mint, step, name }
}

pub(crate) fn revoke(
    session: u8,
    pending: &[u8],
    whole: bool,
    named: Vec<(String, Option<String>)>,
    ring: &KeyRing,
) -> Option<Flow> {
    let mut form = format!("session={}", session_name(session));
    for id in pending {
        form.push_str(&format!("&pending={id}"));
    }
    if whole {
        form.push_str("&whole_session=1");
    }
    let mut tokens = Vec::new();
    for (token, handle) in named {
        match handle {
            Some(handle) => form.push_str(&format!("&handle={handle}")),
            None => form.push_str(&format!("&token={token}")),
        }
        tokens.push(token);
    }
    let request = RevokeRequest::parse(form.as_bytes()).ok()?;
    let revoking = Revoking {
        claim: claim(Class::Known),
        claim_unknown: claim(Class::Unknown),
        untold_life: 3_600_000,
        limits: limits(),
        has_record: true,
    };
    let mut revocation = Box::new(Revocation::new(request, revoking, ring.clone(), 1_000));
    let step = revocation.next(RevocationEvent::Start);
    Some(Flow::Revoke {
        revocation,
        step,
        session,
        pending: pending.to_vec(),
        whole,
        tokens,
        at: None,
    })
}

pub(crate) fn claim(class: Class) -> Claim {
    Claim {
        most: 3,
        visibility: 30_000,
        per_second: 0,
        class,
    }
}
