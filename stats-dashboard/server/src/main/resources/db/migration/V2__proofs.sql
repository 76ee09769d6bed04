-- Proofs and their keys came to the index: an index of before forgets what it holds and reads the chain again.
delete from entity;
delete from outcome;
delete from block;
delete from chain;
