package dev.gitmemory.log;

/**
 * Something that is wrong with a log in the store.
 *
 * @param key of the object that it is wrong with, or that is missing
 * @param what is wrong
 * @param remedy what to do
 */
public record LogFinding(String key, String what, String remedy) {}
